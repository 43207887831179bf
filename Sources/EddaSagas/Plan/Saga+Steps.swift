public import EddaCore

extension Saga {
    /// A step before the pivot: it can be refused, and it is undone when a later one is.
    ///
    /// Say how with `compensate`, or why not with `noCompensation(reason:)`; a plan with a step that does neither does
    /// not compile.
    ///
    /// - Parameters:
    ///   - id: A stable id, unique in the plan: without a slash, not `undo`, and not beginning with `#`.
    ///   - command: The command to send, made of the state; a pure function.
    public static func call<C: Command>(
        _ id: StepID,
        _ command: @escaping @Sendable (State) -> C
    ) -> PlanStep<State, C, StepPhase.Uncovered> {
        PlanStep(id: id, command: command)
    }

    /// The step that decides: until it has succeeded the saga can go back, afterwards only forward.
    ///
    /// A pivot that is refused leads to compensation. One whose outcome is unknown leads neither way: it is asked
    /// again, and if that does not help the saga parks.
    ///
    /// - Parameters:
    ///   - id: A stable id, unique in the plan: without a slash, not `undo`, and not beginning with `#`.
    ///   - command: The command to send, made of the state; a pure function.
    public static func pivot<C: Command>(
        _ id: StepID,
        _ command: @escaping @Sendable (State) -> C
    ) -> PlanStep<State, C, StepPhase.Pivot> {
        PlanStep(id: id, command: command)
    }

    /// A step after the pivot: it is sent and retried until it has succeeded.
    ///
    /// A participant that refuses it, or fails for good, parks the saga.
    ///
    /// - Parameters:
    ///   - id: A stable id, unique in the plan: without a slash, not `undo`, and not beginning with `#`.
    ///   - command: The command to send, made of the state; a pure function.
    public static func retriable<C: Command>(
        _ id: StepID,
        _ command: @escaping @Sendable (State) -> C
    ) -> PlanStep<State, C, StepPhase.Retriable> {
        PlanStep(id: id, command: command)
    }
}
