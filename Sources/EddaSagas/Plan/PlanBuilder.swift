public import EddaCore

/// Joins steps to a plan, and lets the compiler refuse those that stand in the wrong place.
///
/// The order is: steps with a compensation, then at most one pivot, then retriable steps.
@resultBuilder
public enum PlanBuilder<State: Codable & Sendable> {
    /// Begins with a step that can be undone.
    public static func buildPartialBlock<C: Command>(
        first: PlanStep<State, C, StepPhase.Compensatable>
    ) -> PlanSteps<State, PlanPhase.BeforePivot> {
        PlanSteps([first.planned()])
    }

    /// Begins with the pivot.
    public static func buildPartialBlock<C: Command>(
        first: PlanStep<State, C, StepPhase.Pivot>
    ) -> PlanSteps<State, PlanPhase.AfterPivot> {
        PlanSteps([first.planned()])
    }

    /// Adds a step that can be undone.
    public static func buildPartialBlock<C: Command>(
        accumulated: PlanSteps<State, PlanPhase.BeforePivot>,
        next: PlanStep<State, C, StepPhase.Compensatable>
    ) -> PlanSteps<State, PlanPhase.BeforePivot> {
        PlanSteps(accumulated.steps + [next.planned()])
    }

    /// Adds the pivot.
    public static func buildPartialBlock<C: Command>(
        accumulated: PlanSteps<State, PlanPhase.BeforePivot>,
        next: PlanStep<State, C, StepPhase.Pivot>
    ) -> PlanSteps<State, PlanPhase.AfterPivot> {
        PlanSteps(accumulated.steps + [next.planned()])
    }

    /// Adds a retriable step after the pivot.
    public static func buildPartialBlock<C: Command>(
        accumulated: PlanSteps<State, PlanPhase.AfterPivot>,
        next: PlanStep<State, C, StepPhase.Retriable>
    ) -> PlanSteps<State, PlanPhase.AfterPivot> {
        PlanSteps(accumulated.steps + [next.planned()])
    }
}
