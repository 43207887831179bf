internal import EddaCore

extension SagaTransition {
    /// Turns back: undoes everything that was done, or may have been done, last first.
    mutating func compensate() throws(SagaError) {
        let reason = instance.turningBack ?? "no reason given"
        let step = instance.turningBackAt ?? instance.steps.last?.id ?? program.steps[0].id
        instance.turningBack = nil
        instance.turningBackAt = nil
        instance.status = .compensating
        instance.reason = reason
        instance.turnedBackFor = reason
        record(CompensationBegan(step: step, reason: reason))
        try undoNext()
    }

    /// Sends the next compensation unless one is under way, or ends the saga when there is none left.
    mutating func undoNext() throws(SagaError) {
        guard !instance.steps.contains(where: \.status.isOfUndo) else { return }
        while let index = nextToUndo {
            let id = instance.steps[index].id
            if let reason = try plan(index).noCompensation {
                try instance.steps[index].move(to: .skipped)
                instance.steps[index].lastError = reason
                record(StepSkipped(step: id, reason: reason))
                continue
            }
            guard instance.steps[index].undo.command != nil else {
                return park(.undoFailed, at: index, "The compensation of step \(id) is not on record.")
            }
            if try plan(index).performUndo != nil {
                instance.steps[index].undo.command = .local(with: instance.keepSnapshot())
            }
            try instance.steps[index].move(to: .undoDispatched)
            try send(index, .undo, isTry: true)
            return
        }
        finish(.compensated)
    }

    /// The step is undone.
    mutating func undone(_ index: Int) throws(SagaError) {
        try instance.steps[index].move(to: .undone)
        instance.steps[index].undo.settle(.succeeded([]))
        let exchange = instance.steps[index].undo
        record(
            StepUndone(
                step: instance.steps[index].id,
                attempt: exchange.attempts,
                milliseconds: now.elapsed(since: exchange.firstSentAt ?? now).wholeMilliseconds
            )
        )
    }

    /// A compensation was refused or has failed: it is tried again on a budget of its own, then the saga parks.
    mutating func undoFail(_ index: Int, _ outcome: CommandOutcome) throws(SagaError) {
        let id = instance.steps[index].id
        let reason: String
        var pause: Duration?
        // While it waits for its next try, another copy of it may yet be refused.
        if instance.steps[index].status != .undoFailed { try instance.steps[index].move(to: .undoFailed) }
        instance.steps[index].undo.failures += 1
        switch outcome {
        case .succeeded: return
        case .rejected(let rejection):
            reason = "it was rejected: \(rejection)"
            instance.steps[index].undo.isAnsweredForGood = true
        case .expired(let cause):
            reason = cause
        case .failed(let cause, let isRetriable):
            reason = cause
            pause = isRetriable ? self.pause(policies.undoRetry, id, .undo, after: instance.steps[index].undo) : nil
            // A participant does not keep the failure of what names the command that it undoes; see `CommandExecutor`.
            instance.steps[index].undo.isAnsweredForGood = !isRetriable && !namesUndone(index)
        }
        instance.steps[index].lastError = reason
        record(
            StepUndoFailed(
                step: id,
                attempt: instance.steps[index].undo.attempts,
                reason: reason,
                retryMilliseconds: pause?.wholeMilliseconds
            )
        )
        if let pause {
            instance.steps[index].undo.due = now.advanced(by: pause)
            instance.steps[index].undo.deadline = nil
        } else {
            instance.steps[index].undo.settle(outcome)
            if policies.defect == .failedUndoCountsAsDone { return try undone(index) }
            parkUndo(index, reason)
        }
    }

    /// Nobody has answered to a compensation for so long that somebody should know.
    mutating func undoTimeOut(_ index: Int) {
        let exchange = instance.steps[index].undo
        let patience = policies.undoPatience.inWords
        let reason =
            exchange.sends == 0
            ? "its call in this process has not come back within \(patience), and is not undone before"
            : "no answer to the compensation within \(patience) and \(exchange.sends) sent commands"
        instance.steps[index].lastError = reason
        instance.steps[index].undo.stopWaiting()
        parkUndo(index, reason)
    }

    /// The step that is undone next: the last one that had an effect, or may have had.
    private var nextToUndo: Int? {
        let isUnknownUndone = policies.defect != .unknownNotUndone
        func isToBeUndone(_ step: StepRecord) -> Bool {
            step.status == .succeeded || step.status == .unknown && isUnknownUndone
        }
        return policies.defect == .undoInForwardOrder
            ? instance.steps.firstIndex(where: isToBeUndone) : instance.steps.lastIndex(where: isToBeUndone)
    }

    private mutating func parkUndo(_ index: Int, _ reason: String) {
        let began = instance.turnedBackFor.map { " The saga was being compensated because: \($0)" } ?? ""
        let id = instance.steps[index].id
        park(.undoFailed, at: index, "The compensation of step \(id) went wrong: \(reason).\(began)")
    }
}
