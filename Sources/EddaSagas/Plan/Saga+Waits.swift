public import EddaCore

extension Saga {
    /// Waits for a signal; see ``SagaCoordinator/signal(_:_:_:key:)``.
    ///
    /// A signal that comes before the step is reached is kept for it.
    ///
    /// - Parameters:
    ///   - id: A stable id, unique in the plan: without a slash or brackets, not `undo`, and not beginning with `#`.
    ///   - signal: What the signal carries.
    ///   - merge: What it changes in the state; a pure function.
    public static func awaitSignal<Signal: Codable & Sendable>(
        _ id: StepID,
        _ signal: Signal.Type,
        _ merge: @escaping @Sendable (_ state: inout State, _ signal: Signal) -> Void
    ) -> SignalStep<State, Signal, StepPhase.Anywhere> {
        SignalStep(id: id, merge: merge, timeout: nil)
    }

    /// Waits for a signal for some time; then the saga turns back, unless `onTimeout` says how it goes on.
    ///
    /// - Parameters:
    ///   - id: A stable id, unique in the plan: without a slash or brackets, not `undo`, and not beginning with `#`.
    ///   - signal: What the signal carries.
    ///   - timeout: How long it is waited for, above zero.
    ///   - merge: What it changes in the state; a pure function.
    public static func awaitSignal<Signal: Codable & Sendable>(
        _ id: StepID,
        _ signal: Signal.Type,
        timeout: Duration,
        _ merge: @escaping @Sendable (_ state: inout State, _ signal: Signal) -> Void
    ) -> SignalStep<State, Signal, StepPhase.TimeLimited> {
        SignalStep(id: id, merge: merge, timeout: timeout.checked(asTimeoutOf: id))
    }

    /// Pauses.
    ///
    /// - Parameters:
    ///   - id: A stable id, unique in the plan: without a slash or brackets, not `undo`, and not beginning with `#`.
    ///   - pause: How long; zero or less is no pause.
    public static func sleep(_ id: StepID, _ pause: Duration) -> SleepStep<State> {
        SleepStep(id: id) { _ in pause }
    }

    /// Pauses for as long as the state says.
    ///
    /// - Parameters:
    ///   - id: A stable id, unique in the plan: without a slash or brackets, not `undo`, and not beginning with `#`.
    ///   - pause: How long, asked when the step is reached; a pure function.
    public static func sleep(_ id: StepID, _ pause: @escaping @Sendable (State) -> Duration) -> SleepStep<State> {
        SleepStep(id: id, pause: pause)
    }
}
