internal import EddaCore

extension SagaTransition {
    /// The child of a step cannot be started, or not be turned back.
    mutating func take(_ obstacle: SagaObstacle) throws(SagaError) {
        guard let index = index(of: obstacle.step), instance.steps[index].status == .dispatched else { return }
        instance.steps[index].lastError = obstacle.reason
        switch obstacle.kind {
        case .notStarted:
            // Also in a saga that is parked for something else: of this step nothing more comes. See `advance`.
            try instance.steps[index].move(to: .failed)
            instance.steps[index].isBlocked = true
            instance.steps[index].forward.stopWaiting()
            let attempt = instance.steps[index].forward.attempts
            record(StepFailed(step: obstacle.step, attempt: attempt, reason: obstacle.reason))
        case .notCancelled:
            instance.steps[index].forward.resends += 1
            let count = instance.steps[index].forward.resends
            let entropy = entropy(obstacle.step, "cancel", count)
            instance.steps[index].forward.due = now.advanced(
                by: policies.silence(afterSending: count, entropy: entropy)
            )
        }
    }

    /// A reply has come: it moves the saga on if it answers what the saga waits for, else it is noted.
    mutating func take(_ reply: SagaReply) throws(SagaError) {
        guard reply.key.saga == instance.id, let index = index(of: reply.key.step),
            instance.steps[index][reply.key.direction].lastReplyID.map(ExactText.init) != ExactText(reply.messageID)
                || policies.defect == .replyTakenTwice
        else {
            instance.ignoredReplies += 1
            return
        }
        let fits = try fits(reply, index)
        if fits { instance.steps[index][reply.key.direction].lastReplyID = reply.messageID }
        switch (fits, reply.key.direction) {
        case (true, .forward):
            try resume(index)
            switch reply.outcome {
            case .succeeded(let bytes): try succeed(index, bytes)
            case .rejected(let rejection): try reject(index, rejection)
            case .failed(let reason, let isRetriable): try fail(index, reason, isRetriable: isRetriable)
            case .expired(let reason) where policies.defect == .expiryCountsAsFailure:
                try fail(index, reason, isRetriable: false)
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
    private func fits(_ reply: SagaReply, _ index: Int) throws(SagaError) -> Bool {
        let step = instance.steps[index]
        let kind = reply.outcome.kind
        let isKnown = kind != "failed" && kind != "expired"
        // An answer to a key that is not in use any more.
        guard reply.key.round == step[reply.key.direction].round else { return false }
        let plan = try plan(index)
        if reply.key.direction == .forward, plan.word == .sleep || plan.word == .awaitSignal { return false }
        switch (instance.status, reply.key.direction, step.status) {
        case (.running, .forward, .succeeded):
            return policies.defect == .replyTakenTwice
        case (.running, .forward, .dispatched):
            return true
        case (.running, .forward, .unknown):
            // Of what is about to be undone only the truth is of interest.
            return plan.phase == .pivot || isKnown
        case (.running, .forward, .failed):
            // The step waits for its next try; a copy that was sent before may still have come through.
            return kind != "failed" && plan.word != .awaitSignal
        case (.parked, .forward, .dispatched):
            // The saga stands still for something else, or for a reply of this step that cannot be read.
            return !instance.goesBack && instance.parking != Parking(cause: .unreadable, step: step.id)
        case (.parked, .forward, .unknown):
            // The answer for which the saga stands still.
            return isKnown && !instance.goesBack
        case (.parked, .forward, .failed) where !instance.goesBack:
            return kind != "failed" && step.forward.due != nil
        case (.parked, .undo, .undoDispatched), (.parked, .undo, .undoFailed):
            return kind == "succeeded" && instance.parking == Parking(cause: .undoFailed, step: step.id)
        case (.compensating, .forward, .failed), (.parked, .forward, .failed):
            // The step was given up, but a copy of its command has taken effect after all.
            return kind == "succeeded"
        case (.compensating, .undo, .undoDispatched):
            return true
        case (.compensating, .undo, .undoFailed):
            return kind != "failed"
        default:
            return false
        }
    }

    /// Sets a saga going again that stood still for this answer.
    private mutating func resume(_ index: Int) throws(SagaError) {
        let step = instance.steps[index].id
        guard instance.status == .parked, let parking = instance.parking, parking.step == step,
            parking.cause == .pivotUnknown || parking.cause == .expired
        else { return }
        try goOn()
        record(SagaResumed(step: step, reason: "The answer of the step has come."))
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
