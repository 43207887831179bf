// What a block must not look like; see the same of a plan.
extension PlanBlockBuilder {
    /// Refused: the step does not say how it is undone.
    @available(
        *,
        unavailable,
        message:
            "A step before the pivot says how it is undone: add .compensate { state, reply in … } or .noCompensation(reason:); after the pivot it is retriable."
    )
    public static func buildPartialBlock<S: PlanStatement>(
        first: S
    ) -> PlanBlockBody<State, StepPhase.Compensatable> where S.State == State, S.Phase == StepPhase.Uncovered {
        PlanBlockBody([first.node])
    }

    /// Refused: the step does not say how it is undone.
    @available(
        *,
        unavailable,
        message:
            "A step before the pivot says how it is undone: add .compensate { state, reply in … } or .noCompensation(reason:); after the pivot it is retriable."
    )
    public static func buildPartialBlock<S: PlanStatement, Phase>(
        accumulated: PlanBlockBody<State, Phase>,
        next: S
    ) -> PlanBlockBody<State, Phase> where S.State == State, S.Phase == StepPhase.Uncovered {
        PlanBlockBody(accumulated.nodes + [next.node])
    }

    /// Refused: the pivot is a statement of the plan itself.
    @available(
        *,
        unavailable,
        message:
            "A pivot stands in the plan itself, not inside parallel, sequence, when or forEach: there, whether it is reached would not be certain."
    )
    public static func buildPartialBlock<S: PlanStatement>(
        first: S
    ) -> PlanBlockBody<State, StepPhase.Anywhere> where S.State == State, S.Phase == StepPhase.Pivot {
        PlanBlockBody([first.node])
    }

    /// Refused: the pivot is a statement of the plan itself.
    @available(
        *,
        unavailable,
        message:
            "A pivot stands in the plan itself, not inside parallel, sequence, when or forEach: there, whether it is reached would not be certain."
    )
    public static func buildPartialBlock<S: PlanStatement, Phase>(
        accumulated: PlanBlockBody<State, Phase>,
        next: S
    ) -> PlanBlockBody<State, Phase> where S.State == State, S.Phase == StepPhase.Pivot {
        PlanBlockBody(accumulated.nodes + [next.node])
    }

    /// Refused: what can be undone and what cannot do not stand on the same side of the pivot.
    @available(
        *,
        unavailable,
        message: "A block stands before the pivot or after it: it holds either compensatable steps or retriable ones."
    )
    public static func buildPartialBlock<S: PlanStatement>(
        accumulated: PlanBlockBody<State, StepPhase.Compensatable>,
        next: S
    ) -> PlanBlockBody<State, StepPhase.Compensatable> where S.State == State, S.Phase == StepPhase.Retriable {
        PlanBlockBody(accumulated.nodes + [next.node])
    }

    /// Refused: what can be undone and what cannot do not stand on the same side of the pivot.
    @available(
        *,
        unavailable,
        message: "A block stands before the pivot or after it: it holds either compensatable steps or retriable ones."
    )
    public static func buildPartialBlock<S: PlanStatement>(
        accumulated: PlanBlockBody<State, StepPhase.Retriable>,
        next: S
    ) -> PlanBlockBody<State, StepPhase.Retriable> where S.State == State, S.Phase == StepPhase.Compensatable {
        PlanBlockBody(accumulated.nodes + [next.node])
    }

    /// Refused: after the pivot a saga cannot turn back for lack of time.
    @available(
        *,
        unavailable,
        message:
            "After the pivot a saga cannot turn back when the time is over: say with .onTimeout { state in … } how it goes on."
    )
    public static func buildPartialBlock<S: PlanStatement>(
        accumulated: PlanBlockBody<State, StepPhase.Retriable>,
        next: S
    ) -> PlanBlockBody<State, StepPhase.Retriable> where S.State == State, S.Phase == StepPhase.TimeLimited {
        PlanBlockBody(accumulated.nodes + [next.node])
    }

    /// Refused: a block does something.
    @available(*, unavailable, message: "A block has at least one step.")
    public static func buildBlock() -> PlanBlockBody<State, StepPhase.Anywhere> {
        PlanBlockBody([])
    }
}
