internal import EddaCore

extension SagaTransition {
    /// A reply has come: it moves the saga on if it answers what the saga waits for, else it is noted.
    mutating func take(_ reply: SagaReply) throws(SagaError) {
        guard reply.key.saga == instance.id, let index = program.index(of: reply.key.step),
            instance.steps[index][reply.key.direction].lastReplyID != reply.messageID
        else {
            instance.ignoredReplies += 1
            return
        }
        let fits = fits(reply, index)
        if fits { instance.steps[index][reply.key.direction].lastReplyID = reply.messageID }
        switch (fits, reply.key.direction) {
        case (true, .forward):
            resume(index)
            switch reply.outcome {
            case .succeeded(let bytes): try succeed(index, bytes)
            case .rejected(let rejection): try reject(index, rejection)
            case .failed(let reason, let isRetriable): try fail(index, reason, isRetriable: isRetriable)
            case .expired(let reason): try expire(index, reason)
            }
        case (true, .undo):
            if case .succeeded = reply.outcome {
                resumeUndo(index)
                try undone(index)
            } else {
                try undoFail(index, reply.outcome)
            }
        case (false, _):
            ignore(reply, index)
        }
    }

    /// Whether a reply answers what the saga waits for.
    private func fits(_ reply: SagaReply, _ index: Int) -> Bool {
        let step = instance.steps[index]
        let isFailure = reply.outcome.kind == "failed"
        let isKnown = !isFailure && reply.outcome.kind != "expired"
        // An answer to a key that is not in use any more.
        guard reply.key.round == step[reply.key.direction].round else { return false }
        switch (instance.status, reply.key.direction, step.status) {
        case (.running, .forward, .dispatched), (.running, .forward, .unknown):
            return true
        case (.running, .forward, .failed):
            // The step waits for its next try; a copy that was sent before may still have come through.
            return !isFailure
        case (.parked, .forward, .unknown):
            // The answer for which the saga stands still.
            return isKnown && [.pivotUnknown, .expired].contains(instance.parking?.cause)
        case (.parked, .undo, .undoDispatched), (.parked, .undo, .undoFailed):
            return reply.outcome.kind == "succeeded" && instance.parking == Parking(cause: .undoFailed, step: step.id)
        case (.compensating, .forward, .failed):
            // The step was given up, but a copy of its command has taken effect after all.
            return reply.outcome.kind == "succeeded"
        case (.compensating, .undo, .undoDispatched):
            return true
        case (.compensating, .undo, .undoFailed):
            return !isFailure
        default:
            return false
        }
    }

    /// Sets a saga going again that stood still for this answer.
    private mutating func resume(_ index: Int) {
        guard instance.status == .parked else { return }
        instance.unpark()
        record(SagaResumed(step: instance.steps[index].id, reason: "The answer of the step has come."))
    }

    /// Sets a saga going again that stood still because a compensation had not succeeded.
    private mutating func resumeUndo(_ index: Int) {
        guard instance.status == .parked else { return }
        instance.unpark()
        record(SagaResumed(step: instance.steps[index].id, reason: "The compensation has succeeded after all."))
    }

    /// Notes a reply that changes nothing.
    ///
    /// The history tells of each kind once for each command, and not at all of a repetition of the answer that
    /// settled it, so that a flood of duplicates does not become a flood of events.
    private mutating func ignore(_ reply: SagaReply, _ index: Int) {
        instance.ignoredReplies += 1
        let kind = reply.outcome.kind
        let step = instance.steps[index]
        let exchange = step[reply.key.direction]
        guard exchange.outcome != kind, !exchange.ignored.contains(kind) else { return }
        instance.steps[index][reply.key.direction].ignored.append(kind)
        record(
            ReplyIgnored(
                step: step.id,
                direction: reply.key.direction,
                outcome: kind,
                status: step.status,
                sagaStatus: instance.status
            )
        )
    }
}
