public import EddaCore

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
    public static func buildPartialBlock<C: Command>(
        first: PlanStep<State, C, StepPhase.Uncovered>
    ) -> PlanSteps<State, PlanPhase.BeforePivot> {
        PlanSteps([first.planned()])
    }

    /// Refused: the step does not say how it is undone.
    @available(
        *,
        unavailable,
        message:
            "A step before the pivot says how it is undone: add .compensate { state, reply in … } or .noCompensation(reason:)."
    )
    public static func buildPartialBlock<C: Command>(
        accumulated: PlanSteps<State, PlanPhase.BeforePivot>,
        next: PlanStep<State, C, StepPhase.Uncovered>
    ) -> PlanSteps<State, PlanPhase.BeforePivot> {
        PlanSteps(accumulated.steps + [next.planned()])
    }

    /// Refused: a retriable step cannot be undone, so it stands after the pivot.
    @available(
        *,
        unavailable,
        message:
            "A retriable step stands after the pivot: make it a call with a compensation, or put a pivot before it."
    )
    public static func buildPartialBlock<C: Command>(
        first: PlanStep<State, C, StepPhase.Retriable>
    ) -> PlanSteps<State, PlanPhase.BeforePivot> {
        PlanSteps([first.planned()])
    }

    /// Refused: a retriable step cannot be undone, so it stands after the pivot.
    @available(
        *,
        unavailable,
        message:
            "A retriable step stands after the pivot: make it a call with a compensation, or put a pivot before it."
    )
    public static func buildPartialBlock<C: Command>(
        accumulated: PlanSteps<State, PlanPhase.BeforePivot>,
        next: PlanStep<State, C, StepPhase.Retriable>
    ) -> PlanSteps<State, PlanPhase.BeforePivot> {
        PlanSteps(accumulated.steps + [next.planned()])
    }

    /// Refused: after the pivot nothing is undone.
    @available(
        *,
        unavailable,
        message:
            "A compensatable step cannot follow the pivot: after it nothing is undone. Move it up, or make it retriable."
    )
    public static func buildPartialBlock<C: Command>(
        accumulated: PlanSteps<State, PlanPhase.AfterPivot>,
        next: PlanStep<State, C, StepPhase.Compensatable>
    ) -> PlanSteps<State, PlanPhase.AfterPivot> {
        PlanSteps(accumulated.steps + [next.planned()])
    }

    /// Refused: after the pivot nothing is undone.
    @available(
        *,
        unavailable,
        message:
            "A compensatable step cannot follow the pivot: after it nothing is undone. Move it up, or make it retriable."
    )
    public static func buildPartialBlock<C: Command>(
        accumulated: PlanSteps<State, PlanPhase.AfterPivot>,
        next: PlanStep<State, C, StepPhase.Uncovered>
    ) -> PlanSteps<State, PlanPhase.AfterPivot> {
        PlanSteps(accumulated.steps + [next.planned()])
    }

    /// Refused: a plan has one pivot.
    @available(
        *,
        unavailable,
        message: "A plan has at most one pivot: what follows it is retriable."
    )
    public static func buildPartialBlock<C: Command>(
        accumulated: PlanSteps<State, PlanPhase.AfterPivot>,
        next: PlanStep<State, C, StepPhase.Pivot>
    ) -> PlanSteps<State, PlanPhase.AfterPivot> {
        PlanSteps(accumulated.steps + [next.planned()])
    }

    /// Refused: a plan does something.
    @available(*, unavailable, message: "A plan has at least one step.")
    public static func buildBlock() -> PlanSteps<State, PlanPhase.BeforePivot> {
        PlanSteps([])
    }
}
