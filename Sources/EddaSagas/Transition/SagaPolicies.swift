package import EddaCore

/// How patient a coordinator is, beyond what the plans say.
package struct SagaPolicies: Hashable, Sendable {
    /// The pauses after which a command without an answer is sent again.
    package var resend: RetryPolicy
    /// How often a failed compensation is tried again.
    package var undoRetry: RetryPolicy

    /// How long to wait for the answer to a compensation; then the saga parks.
    package var undoPatience: Duration
    /// How late a timer may be handled before the coordinator counts as having been away.
    package var oversleep: Duration
    /// After how many failures of a step that cannot be undone somebody is told.
    package var strugglingFailures: Int
    /// After how long without success of a step that cannot be undone somebody is told.
    package var strugglingTime: Duration
    /// How often a command may be sent without time passing: less than 10 ms for each sending.
    package var hotLoopSends: Int

    /// For how long after a command was first sent a compensation that begins may name it, so that the participant
    /// decides by what became of it; `nil` means always.
    ///
    /// See ``SagaTransition/namesUndone(_:)``.
    package var undoneRemembered: Duration?

    /// A mistake that a test wants to find.
    package var defect: SagaDefect?

    package init(
        resend: RetryPolicy = .exponential(attempts: nil, initial: .seconds(1), factor: 2, cap: .seconds(30)),
        undoRetry: RetryPolicy = .exponential(attempts: 10),
        undoPatience: Duration = .seconds(3_600),
        oversleep: Duration = .seconds(2),
        strugglingFailures: Int = 20,
        strugglingTime: Duration = .seconds(3_600),
        hotLoopSends: Int = 1_000
    ) {
        self.resend = resend
        self.undoRetry = undoRetry
        self.undoPatience = undoPatience
        self.oversleep = oversleep
        self.strugglingFailures = strugglingFailures
        self.strugglingTime = strugglingTime
        self.hotLoopSends = hotLoopSends
    }

    /// The pause before a command without an answer is sent again: between half of the policy's bound and the bound.
    ///
    /// Full jitter would send a second copy within milliseconds every so often.
    func silence(afterSending count: Int, entropy: UInt64) -> Duration {
        let share = Double(entropy >> 11) / Double(1 << 53)
        return resend.bound(afterAttempt: count) * (0.5 + share / 2)
    }
}
