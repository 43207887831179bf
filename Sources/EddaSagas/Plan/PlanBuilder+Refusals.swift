// What a plan must not look like. Each overload exists for its message: the compiler finds it as the only match, and
// says why it is unavailable.
extension PlanBuilder {
    /// Refused: the step does not say how it is undone.
    @available(
        *,
        unavailable,
        message:
            "A step before the pivot says how it is undone: add .compensate { state, reply in … } or .noCompensation(reason:)."
    )
    public static func buildPartialBlock<S: PlanStatement>(
        first: S
    ) -> PlanSteps<State, PlanPhase.BeforePivot> where S.State == State, S.Phase == StepPhase.Uncovered {
        PlanSteps([first.node])
    }

    /// Refused: the step does not say how it is undone.
    @available(
        *,
        unavailable,
        message:
            "A step before the pivot says how it is undone: add .compensate { state, reply in … } or .noCompensation(reason:)."
    )
    public static func buildPartialBlock<S: PlanStatement>(
        accumulated: PlanSteps<State, PlanPhase.BeforePivot>,
        next: S
    ) -> PlanSteps<State, PlanPhase.BeforePivot> where S.State == State, S.Phase == StepPhase.Uncovered {
        PlanSteps(accumulated.nodes + [next.node])
    }

    /// Refused: a retriable step cannot be undone, so it stands after the pivot.
    @available(
        *,
        unavailable,
        message:
            "A retriable step stands after the pivot: make it a call with a compensation, or put a pivot before it."
    )
    public static func buildPartialBlock<S: PlanStatement>(
        first: S
    ) -> PlanSteps<State, PlanPhase.BeforePivot> where S.State == State, S.Phase == StepPhase.Retriable {
        PlanSteps([first.node])
    }

    /// Refused: a retriable step cannot be undone, so it stands after the pivot.
    @available(
        *,
        unavailable,
        message:
            "A retriable step stands after the pivot: make it a call with a compensation, or put a pivot before it."
    )
    public static func buildPartialBlock<S: PlanStatement>(
        accumulated: PlanSteps<State, PlanPhase.BeforePivot>,
        next: S
    ) -> PlanSteps<State, PlanPhase.BeforePivot> where S.State == State, S.Phase == StepPhase.Retriable {
        PlanSteps(accumulated.nodes + [next.node])
    }

    /// Refused: after the pivot nothing is undone.
    @available(
        *,
        unavailable,
        message:
            "A compensatable step cannot follow the pivot: after it nothing is undone. Move it up, or make it retriable."
    )
    public static func buildPartialBlock<S: PlanStatement>(
        accumulated: PlanSteps<State, PlanPhase.AfterPivot>,
        next: S
    ) -> PlanSteps<State, PlanPhase.AfterPivot> where S.State == State, S.Phase == StepPhase.Compensatable {
        PlanSteps(accumulated.nodes + [next.node])
    }

    /// Refused: after the pivot nothing is undone.
    @available(
        *,
        unavailable,
        message:
            "A compensatable step cannot follow the pivot: after it nothing is undone. Move it up, or make it retriable."
    )
    public static func buildPartialBlock<S: PlanStatement>(
        accumulated: PlanSteps<State, PlanPhase.AfterPivot>,
        next: S
    ) -> PlanSteps<State, PlanPhase.AfterPivot> where S.State == State, S.Phase == StepPhase.Uncovered {
        PlanSteps(accumulated.nodes + [next.node])
    }

    /// Refused: after the pivot a saga cannot turn back for lack of time.
    @available(
        *,
        unavailable,
        message:
            "After the pivot a saga cannot turn back when the time is over: say with .onTimeout { state in … } how it goes on."
    )
    public static func buildPartialBlock<S: PlanStatement>(
        accumulated: PlanSteps<State, PlanPhase.AfterPivot>,
        next: S
    ) -> PlanSteps<State, PlanPhase.AfterPivot> where S.State == State, S.Phase == StepPhase.TimeLimited {
        PlanSteps(accumulated.nodes + [next.node])
    }

    /// Refused: a plan has one pivot.
    @available(
        *,
        unavailable,
        message: "A plan has at most one pivot: what follows it is retriable."
    )
    public static func buildPartialBlock<S: PlanStatement>(
        accumulated: PlanSteps<State, PlanPhase.AfterPivot>,
        next: S
    ) -> PlanSteps<State, PlanPhase.AfterPivot> where S.State == State, S.Phase == StepPhase.Pivot {
        PlanSteps(accumulated.nodes + [next.node])
    }

    /// Refused: a plan does something.
    @available(*, unavailable, message: "A plan has at least one step.")
    public static func buildBlock() -> PlanSteps<State, PlanPhase.BeforePivot> {
        PlanSteps([])
    }
}
