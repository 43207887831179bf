internal import EddaCore

extension SagaTransition {
    /// Sends a step's command for the first time, and records what would undo it if its reply never came.
    mutating func dispatch(_ index: Int) throws(SagaError) {
        let prepared: PlannedStep.Prepared
        do {
            prepared = try program.steps[index].prepare(instance.state.bytes, program.schema)
        } catch {
            return park(.unreadable, at: index, "Step \(instance.steps[index].id) cannot be sent: \(error)")
        }
        try instance.steps[index].move(to: .dispatched)
        instance.steps[index].forward.command = prepared.command
        instance.steps[index].undo.command = prepared.undo
        send(index, .forward, isTry: true)
    }

    /// The participant has done it.
    mutating func succeed(_ index: Int, _ reply: [UInt8]) throws(SagaError) {
        let settled: PlannedStep.Settled
        do {
            settled = try program.steps[index].settle(instance.state.bytes, reply, program.schema)
        } catch {
            if instance.turningBack != nil, program.steps[index].phase == .compensatable {
                // Nobody needs the reply any more.
                return try becomeUnknown(index, "it was done, but its reply cannot be read: \(error)")
            }
            stayForward(index)
            return park(
                .unreadable,
                at: index,
                "Step \(instance.steps[index].id) was done, but the saga cannot go on: \(error)"
            )
        }
        try instance.steps[index].move(to: .succeeded)
        instance.state = StoredBytes(settled.state)
        instance.steps[index].reply = StoredBytes(reply)
        instance.steps[index].lastError = nil
        instance.steps[index].undo.command = settled.undo
        instance.steps[index].forward.settle(.succeeded(reply))
        let exchange = instance.steps[index].forward
        record(
            StepSucceeded(
                step: instance.steps[index].id,
                attempt: exchange.attempts,
                milliseconds: now.elapsed(since: exchange.firstSentAt ?? now).wholeMilliseconds
            )
        )
        // A success that comes while the saga is already going back is undone when its turn comes.
        guard instance.status == .running else { return }
        if let reason = instance.turningBack, program.steps[index].phase == .compensatable {
            return try compensate(after: index, reason)
        }
        stayForward(index)
        try goOn(after: index)
    }

    /// Sends the next command, or ends the saga when there is none left.
    mutating func goOn(after index: Int) throws(SagaError) {
        if index + 1 < instance.steps.count {
            try dispatch(index + 1)
        } else {
            finish(.completed)
        }
    }

    /// The saga was to turn back, but now it cannot: the pivot has succeeded.
    private mutating func stayForward(_ index: Int) {
        guard let reason = instance.turningBack else { return }
        instance.turningBack = nil
        instance.reason = nil
        record(TurningBackOverruled(step: instance.steps[index].id, reason: reason))
    }

    /// The participant has refused.
    mutating func reject(_ index: Int, _ rejection: Rejection) throws(SagaError) {
        try instance.steps[index].move(to: .rejected)
        let id = instance.steps[index].id
        instance.steps[index].lastError = rejection.description
        instance.steps[index].forward.settle(.rejected(rejection))
        instance.steps[index].forward.isAnsweredForGood = true
        record(StepRejected(step: id, code: rejection.code, reason: rejection.description))
        if program.steps[index].phase == .retriable {
            park(.stepRejected, at: index, "Step \(id) was rejected and cannot be undone: \(rejection)")
        } else {
            try compensate(after: index, "Step \(id) was rejected: \(rejection)")
        }
    }

    /// The participant has failed; that try was without an effect.
    mutating func fail(_ index: Int, _ reason: String, isRetriable: Bool) throws(SagaError) {
        let step = program.steps[index]
        try instance.steps[index].move(to: .failed)
        instance.steps[index].lastError = reason
        instance.steps[index].forward.failures += 1
        instance.steps[index].forward.isAnsweredForGood = !isRetriable
        // Who is to turn back does not try again.
        let mayRetry = isRetriable && instance.turningBack == nil
        let pause = mayRetry ? pause(step.retry, step.id, .forward, after: instance.steps[index].forward) : nil
        record(
            StepFailed(
                step: step.id,
                attempt: instance.steps[index].forward.attempts,
                reason: reason,
                retryMilliseconds: pause?.wholeMilliseconds
            )
        )
        if let pause {
            instance.steps[index].forward.due = now.advanced(by: pause)
        } else {
            try giveUp(index, isFinal: !isRetriable)
        }
    }

    /// A failed step is not tried again.
    ///
    /// When the participant has said that no copy of its command can succeed, it has had no effect and is not
    /// compensated. Otherwise a copy may yet be executed, also one that the transport has made, and the truth is that the
    /// outcome is unknown: the compensation keeps that copy out. A pivot has none, so it is asked again as long as fewer
    /// copies have failed than were sent.
    ///
    /// - Parameter isFinal: Whether the participant has said that no copy can succeed.
    mutating func giveUp(_ index: Int, isFinal: Bool) throws(SagaError) {
        let record = instance.steps[index]
        let reason = record.lastError ?? "no reason given"
        if program.steps[index].phase == .retriable {
            park(.stepFailed, at: index, "Step \(record.id) failed for good and cannot be undone: \(reason)")
        } else if !isFinal, record.forward.hasOutstandingCopies {
            try becomeUnknown(
                index,
                "\(record.forward.failures) of \(record.forward.sends) sent commands failed (\(reason)), of the "
                    + "others there is no answer"
            )
        } else if !isFinal, program.steps[index].phase == .compensatable {
            try becomeUnknown(
                index,
                "it failed \(record.forward.failures) times (\(reason)), and a duplicate of its command may still come"
            )
        } else {
            instance.steps[index].forward.settle(.failed(reason: reason, isRetriable: !isFinal))
            try compensate(
                after: index,
                "Step \(record.id) failed\(isFinal ? " for good" : " \(record.forward.failures) times"): \(reason)"
            )
        }
    }

    /// The participant could not tell any more whether it had executed the command: nobody knows, and nobody will.
    ///
    /// To compensate it would not help, since that would come too late as well.
    mutating func expire(_ index: Int, _ reason: String) throws(SagaError) {
        let id = instance.steps[index].id
        if instance.steps[index].status != .unknown { try instance.steps[index].move(to: .unknown) }
        instance.steps[index].lastError = reason
        instance.steps[index].forward.due = nil
        instance.steps[index].forward.deadline = nil
        // Under the same key it would be expired for ever: who tries it again knows that it was not executed.
        instance.steps[index].forward.isAnsweredForGood = true
        record(StepUnknown(step: id, reason: reason))
        park(.expired, at: index, "Whether step \(id) was executed is unknown: \(reason)")
    }

    /// The time to wait for an answer is over.
    mutating func timeOut(_ index: Int) throws(SagaError) {
        let exchange = instance.steps[index].forward
        let waited = now.elapsed(since: exchange.firstSentAt ?? now)
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
        guard program.steps[index].phase == .pivot else {
            instance.steps[index].forward.due = nil
            instance.steps[index].forward.deadline = nil
            return try compensate(after: index, "The outcome of step \(id) is unknown: \(reason)")
        }
        if !instance.steps[index].isAskedAgain {
            instance.steps[index].isAskedAgain = true
            send(index, .forward, isTry: false)
            instance.steps[index].forward.deadline = program.steps[index].timeout.map(now.advanced)
        } else if instance.steps[index].forward.deadline?.isReached(at: now) ?? true {
            park(
                .pivotUnknown,
                at: index,
                "The outcome of the pivot \(id) is unknown, also after asking again: \(reason)"
            )
        } else {
            send(index, .forward, isTry: false)
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
