internal import EddaCore

/// A pause; ``Saga/sleep(_:_:)-(_,Duration)`` makes it.
public struct SleepStep<State: Codable & Sendable>: PlanStatement {
    /// Anywhere.
    public typealias Phase = StepPhase.Anywhere

    let id: StepID
    let pause: @Sendable (State) -> Duration

    /// The step, its types forgotten.
    public var node: PlanNode {
        let pause = pause
        return PlanNode(
            .step(
                PlannedStep(
                    id: id,
                    word: .sleep,
                    phase: Phase.phase,
                    isAnywhere: true,
                    commandType: InternalCommand.sleep,
                    noCompensation: "It has only waited.",
                    prepare: { state, _, _ in
                        PlannedStep.Prepared(pause: pause(try StoredState.typed(state, as: State.self)))
                    },
                    settle: { _, _, _, _ in PlannedStep.Settled(hasChanged: false) }
                )
            )
        )
    }
}

/// A wait for a signal; ``Saga/awaitSignal(_:_:_:)`` makes it.
public struct SignalStep<State: Codable & Sendable, Signal: Codable & Sendable, Phase: StepPhaseTag>: PlanStatement {
    let id: StepID
    let merge: @Sendable (inout State, Signal) -> Void
    let timeout: Duration?
    var timedOut: (@Sendable (inout State) -> Void)?

    /// The step, its types forgotten.
    public var node: PlanNode {
        let (id, merge, timedOut) = (id, merge, timedOut)
        var step = PlannedStep(
            id: id,
            word: .awaitSignal,
            phase: Phase.phase,
            isAnywhere: Phase.self == StepPhase.Anywhere.self,
            commandType: InternalCommand.signal,
            noCompensation: "It has only waited.",
            timeout: timeout,
            prepare: { _, _, _ in PlannedStep.Prepared() },
            settle: { erased, _, bytes, schema in
                let signal = try StoredState.reply(Signal.self, to: id, from: bytes, schema: schema)
                var state = try StoredState.typed(erased, as: State.self)
                merge(&state, signal)
                erased = state
                return PlannedStep.Settled(hasChanged: true)
            }
        )
        step.checkSignal = { bytes, schema in
            _ = try StoredState.reply(Signal.self, to: id, from: bytes, schema: schema)
        }
        if let timedOut {
            step.timedOut = { erased, _, _ in
                var state = try StoredState.typed(erased, as: State.self)
                timedOut(&state)
                erased = state
            }
        }
        return PlanNode(.step(step))
    }
}

extension SignalStep where Phase == StepPhase.TimeLimited {
    /// What the end of the time changes; then the saga goes on without the signal, and the step counts as skipped.
    ///
    /// - Parameter change: A pure function of the state.
    public func onTimeout(
        _ change: @escaping @Sendable (_ state: inout State) -> Void
    ) -> SignalStep<State, Signal, StepPhase.Anywhere> {
        SignalStep<State, Signal, StepPhase.Anywhere>(id: id, merge: merge, timeout: timeout, timedOut: change)
    }
}
