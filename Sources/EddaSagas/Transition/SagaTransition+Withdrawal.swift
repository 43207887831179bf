internal import EddaCore

// A pivot has no compensation that would keep a late copy of its command out. So before a saga turns back over a pivot that
// was sent, the command is taken back: that brings the truth, and keeps out what is still on its way.
extension SagaTransition {
    /// Whether a command is sent only to learn what became of it: that of a pivot which was sent before, when the saga is to
    /// turn back.
    ///
    /// Then so is every further copy, also those of an operator who has it asked again. The saga turns back when the participant
    /// has said that it has not executed the command and will not, or that it has refused it; it goes forward when the
    /// command was executed after all.
    func isToBeWithdrawn(_ exchange: Exchange, _ direction: Direction, _ step: PlannedStep) -> Bool {
        direction == .forward && step.phase == .pivot && exchange.sends > 0 && instance.turningBack != nil
            && policies.defect != .pivotTurnsBackWithoutWithdrawal
    }

    /// Takes back the command of a pivot that has failed and is not tried again.
    mutating func withdraw(_ index: Int, _ reason: String) throws(SagaError) {
        let step = try plan(index)
        let id = instance.steps[index].id
        turnBack("Step \(id) failed \(Self.times(instance.steps[index].forward.failures)): \(reason)", at: id)
        try instance.steps[index].move(to: .dispatched)
        try sendWithdrawal(index, step)
    }

    /// Sends the withdrawal of a pivot, and waits for its answer for as long as the first time.
    mutating func sendWithdrawal(_ index: Int, _ step: PlannedStep) throws(SagaError) {
        instance.steps[index].forward.pacedFrom = instance.steps[index].forward.sends
        instance.steps[index].forward.pacedSince = now
        try send(index, .forward, isTry: true)
        instance.steps[index].forward.deadline = patience(step, .forward).map(now.advanced)
    }

    /// The participant has not executed the command and executes no copy of it any more.
    mutating func withdrawn(_ index: Int, _ rejection: Rejection) throws(SagaError) {
        try instance.steps[index].move(to: .failed)
        let exchange = instance.steps[index].forward
        instance.steps[index].forward.settle(.rejected(rejection))
        instance.steps[index].forward.isAnsweredForGood = true
        let id = instance.steps[index].id
        record(
            StepWithdrawn(
                step: id,
                milliseconds: now.elapsed(since: exchange.firstSentAt ?? now).wholeMilliseconds
            )
        )
        turnBack("Step \(id) was withdrawn.", at: id)
    }

    /// What the command has come to could not be learned: a call of the participant that was begun has failed again, or
    /// this answers a copy that was sent before.
    ///
    /// It is asked again after a pause, until the time to wait is over.
    mutating func failToWithdraw(_ index: Int, _ reason: String) {
        instance.steps[index].lastError = reason
        instance.steps[index].forward.failures += 1
        let exchange = instance.steps[index].forward
        let id = instance.steps[index].id
        let entropy = entropy(id, "withdrawal", exchange.failures)
        let pause = policies.silence(afterSending: exchange.resends + 1, entropy: entropy)
        instance.steps[index].forward.due = now.advanced(by: pause)
        record(
            StepFailed(
                step: id,
                attempt: exchange.attempts,
                reason: reason,
                retryMilliseconds: pause.wholeMilliseconds
            )
        )
    }

    private static func times(_ count: Int) -> String { count == 1 ? "once" : "\(count) times" }
}
