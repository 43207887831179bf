internal import EddaCore
internal import EddaMessaging

extension SagaTransition {
    /// The participant has done it.
    mutating func succeed(_ index: Int, _ reply: [UInt8]) throws(SagaError) {
        let step = try plan(index)
        let settled: PlannedStep.Settled
        do {
            var state = try currentState()
            settled = try step.settle(&state, elements(of: index, step)[...], reply, program.schema)
            if settled.hasChanged { try keep(state) }
        } catch {
            return try failToSettle(index, step, error)
        }
        try instance.steps[index].move(to: .succeeded)
        instance.steps[index].reply = StoredBytes(reply)
        instance.steps[index].lastError = nil
        instance.steps[index].undo.command =
            step.performUndo == nil ? settled.undo : .local(with: nil)
        instance.steps[index].forward.settle(.succeeded(reply))
        let exchange = instance.steps[index].forward
        record(
            StepSucceeded(
                step: instance.steps[index].id,
                attempt: exchange.attempts,
                milliseconds: now.elapsed(since: exchange.firstSentAt ?? now).wholeMilliseconds
            )
        )
        // What can be undone and succeeds while the saga is going back, or about to, is undone when its turn comes.
        if step.phase != .compensatable { stayForward(index) }
    }

    /// The step was done, but its reply or the state cannot be read.
    private mutating func failToSettle(_ index: Int, _ step: PlannedStep, _ error: any Error) throws(SagaError) {
        let id = instance.steps[index].id
        if instance.status == .parked {
            // It is asked again when the saga goes on; see `goOn` and `takeUp`.
            instance.steps[index].lastError = "it was done, but: \(error)"
            instance.steps[index].forward.lastReplyID = nil
            return
        }
        if instance.turningBack != nil, step.phase == .compensatable {
            // Nobody needs the reply any more.
            return try becomeUnknown(index, "it was done, but its reply cannot be read: \(error)")
        }
        stayForward(index)
        park(.unreadable, at: index, "Step \(id) was done, but the saga cannot go on: \(error)")
    }

    /// The saga was to turn back, but now it cannot: the pivot has succeeded.
    private mutating func stayForward(_ index: Int) {
        guard instance.status == .running, let reason = instance.turningBack else { return }
        instance.turningBack = nil
        instance.turningBackAt = nil
        instance.reason = nil
        record(TurningBackOverruled(step: instance.steps[index].id, reason: reason))
        // Its time may have been over when it was to turn back.
        guard let time = program.deadline, instance.startedAt.advanced(by: time).isReached(at: now) else { return }
        instance.deadline = now
        beOverdue()
    }

    /// The participant has refused.
    mutating func reject(_ index: Int, _ rejection: Rejection) throws(SagaError) {
        if instance.steps[index].forward.isBeingWithdrawn, rejection.isOfWithdrawal {
            return try withdrawn(index, rejection)
        }
        try instance.steps[index].move(to: .rejected)
        let id = instance.steps[index].id
        instance.steps[index].lastError = rejection.description
        instance.steps[index].forward.settle(.rejected(rejection))
        instance.steps[index].forward.isAnsweredForGood = true
        record(StepRejected(step: id, code: rejection.code, reason: rejection.description))
        // What cannot be undone parks the saga; see `advance`.
        guard try plan(index).phase != .retriable else { return }
        turnBack("Step \(id) was rejected: \(rejection)", at: id)
    }

    /// The participant has failed; that try was without an effect.
    mutating func fail(_ index: Int, _ reason: String, isRetriable: Bool) throws(SagaError) {
        if instance.steps[index].forward.isBeingWithdrawn, isRetriable { return failToWithdraw(index, reason) }
        let step = try plan(index)
        let id = instance.steps[index].id
        if let call = try openCall(index), case .running(let since) = callStanding(call) {
            instance.steps[index].forward.hold(until: since)
        }
        instance.steps[index].forward.isOnHold = false
        try instance.steps[index].move(to: .failed)
        instance.steps[index].lastError = reason
        instance.steps[index].forward.failures += 1
        instance.steps[index].forward.isAnsweredForGood = !isRetriable
        // Who is to turn back does not try again.
        let mayRetry = isRetriable && instance.turningBack == nil
        let pause = mayRetry ? pause(step.retry, id, .forward, after: instance.steps[index].forward) : nil
        record(
            StepFailed(
                step: id,
                attempt: instance.steps[index].forward.attempts,
                reason: reason,
                retryMilliseconds: pause?.wholeMilliseconds,
                isFinal: isRetriable ? nil : true
            )
        )
        if let pause {
            instance.steps[index].forward.due = now.advanced(by: pause)
            try struggle(index)
        } else {
            try giveUp(index, isFinal: !isRetriable)
        }
    }

    /// A failed step is not tried again.
    ///
    /// When the participant has said that no copy of its command can succeed, it has had no effect and is not
    /// compensated. Otherwise a copy may yet be executed, also one that the transport has made, and the truth is that
    /// the outcome is unknown: the compensation keeps that copy out. A pivot has none, so its command is withdrawn.
    ///
    /// - Parameter isFinal: Whether the participant has said that no copy can succeed.
    mutating func giveUp(_ index: Int, isFinal: Bool) throws(SagaError) {
        let record = instance.steps[index]
        let reason = record.lastError ?? "no reason given"
        let phase = try plan(index).phase
        if phase == .compensatable, !isFinal {
            return try becomeUnknown(
                index,
                record.forward.hasOutstandingCopies
                    ? "\(record.forward.failures) of \(record.forward.sends) sent commands failed (\(reason)), of the "
                        + "others there is no answer"
                    : "it failed \(record.forward.failures) times (\(reason)), and a duplicate of its command may still "
                        + "come"
            )
        }
        if phase == .pivot, !isFinal, policies.defect != .pivotTurnsBackWithoutWithdrawal {
            return try withdraw(index, reason)
        }
        instance.steps[index].forward.settle(.failed(reason: reason, isRetriable: !isFinal))
        // What cannot be undone parks the saga; see `advance`.
        guard phase != .retriable else { return }
        turnBack(
            "Step \(record.id) failed\(isFinal ? " for good" : " \(record.forward.failures) times"): \(reason)",
            at: record.id
        )
    }

    /// The participant could not tell any more whether it had executed the command: nobody knows, and nobody will.
    ///
    /// To compensate it would not help, since that would come too late as well.
    mutating func expire(_ index: Int, _ reason: String) throws(SagaError) {
        let id = instance.steps[index].id
        if instance.steps[index].status != .unknown { try instance.steps[index].move(to: .unknown) }
        instance.steps[index].lastError = reason
        instance.steps[index].forward.stopWaiting()
        // Under the same key it would be expired for ever: who tries it again knows that it was not executed.
        instance.steps[index].forward.isAnsweredForGood = true
        // It parks the saga; see `advance`.
        record(StepUnknown(step: id, reason: reason))
    }

    /// The time to wait for an answer is over.
    mutating func timeOut(_ index: Int) throws(SagaError) {
        let exchange = instance.steps[index].forward
        if try plan(index).perform != nil {
            let id = instance.steps[index].id
            want(.abandon(SagaKey(saga: instance.id, step: id, direction: .forward, round: exchange.round)))
        }
        let waited = now.elapsed(since: exchange.firstSentAt ?? now)
        let phase = try plan(index).phase
        if policies.defect == .silenceCountsAsFailure && phase == .compensatable
            || policies.defect == .unknownPivotTurnsBack && phase == .pivot
        {
            try instance.steps[index].move(to: .failed)
            instance.steps[index].forward.stopWaiting()
            return turnBack("no answer", at: instance.steps[index].id)
        }
        try becomeUnknown(index, "no answer within \(waited.inWords) and \(exchange.sends) sent commands")
    }

    /// Whether the step was executed is not known: it is compensated as if it was, unless it is the pivot.
    mutating func becomeUnknown(_ index: Int, _ reason: String) throws(SagaError) {
        let id = instance.steps[index].id
        let wasUnknown = instance.steps[index].status == .unknown
        if !wasUnknown {
            try instance.steps[index].move(to: .unknown)
            instance.steps[index].lastError = reason
            record(StepUnknown(step: id, reason: reason))
        }
        let step = try plan(index)
        guard step.phase == .pivot else {
            instance.steps[index].forward.stopWaiting()
            return turnBack("The outcome of step \(id) is unknown: \(reason)", at: id)
        }
        if !instance.steps[index].isAskedAgain {
            instance.steps[index].isAskedAgain = true
            try send(index, .forward, isTry: false)
            instance.steps[index].forward.deadline = step.timeout.map(now.advanced)
        } else if instance.steps[index].forward.deadline?.isReached(at: now) ?? true {
            let exchange = instance.steps[index].forward
            if isToBeWithdrawn(exchange, .forward, step), !exchange.isBeingWithdrawn {
                // It was decided only while it was asked for the second time.
                return try sendWithdrawal(index, step)
            }
            park(
                .pivotUnknown,
                at: index,
                "The outcome of the pivot \(id) is unknown, also after asking again: \(reason)"
            )
        } else {
            try send(index, .forward, isTry: false)
        }
    }
}

extension Duration {
    /// The duration for people: `250 ms`, `1.5 s`.
    var inWords: String {
        let milliseconds = wholeMilliseconds
        guard milliseconds >= 1_000 else { return "\(milliseconds) ms" }
        let tenths = milliseconds / 100
        return tenths % 10 == 0 ? "\(tenths / 10) s" : "\(tenths / 10).\(tenths % 10) s"
    }
}
