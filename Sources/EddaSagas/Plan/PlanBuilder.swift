/// Joins statements to a plan, and lets the compiler refuse those that stand in the wrong place.
///
/// The order is: what can be undone, then at most one pivot, then what is retriable. What neither needs undoing nor can be
/// refused, such as `sleep`, stands anywhere.
@resultBuilder
public enum PlanBuilder<State: Codable & Sendable> {
    /// Begins with what can be undone.
    public static func buildPartialBlock<S: PlanStatement>(
        first: S
    ) -> PlanSteps<State, PlanPhase.BeforePivot> where S.State == State, S.Phase: CompensatablePhaseTag {
        PlanSteps([first.node])
    }

    /// Begins with what stands anywhere.
    public static func buildPartialBlock<S: PlanStatement>(
        first: S
    ) -> PlanSteps<State, PlanPhase.BeforePivot> where S.State == State, S.Phase == StepPhase.Anywhere {
        PlanSteps([first.node])
    }

    /// Begins with the pivot.
    public static func buildPartialBlock<S: PlanStatement>(
        first: S
    ) -> PlanSteps<State, PlanPhase.AfterPivot> where S.State == State, S.Phase == StepPhase.Pivot {
        PlanSteps([first.node])
    }

    /// Adds what can be undone.
    public static func buildPartialBlock<S: PlanStatement>(
        accumulated: PlanSteps<State, PlanPhase.BeforePivot>,
        next: S
    ) -> PlanSteps<State, PlanPhase.BeforePivot> where S.State == State, S.Phase: CompensatablePhaseTag {
        PlanSteps(accumulated.nodes + [next.node])
    }

    /// Adds the pivot.
    public static func buildPartialBlock<S: PlanStatement>(
        accumulated: PlanSteps<State, PlanPhase.BeforePivot>,
        next: S
    ) -> PlanSteps<State, PlanPhase.AfterPivot> where S.State == State, S.Phase == StepPhase.Pivot {
        PlanSteps(accumulated.nodes + [next.node])
    }

    /// Adds what is retriable after the pivot.
    public static func buildPartialBlock<S: PlanStatement>(
        accumulated: PlanSteps<State, PlanPhase.AfterPivot>,
        next: S
    ) -> PlanSteps<State, PlanPhase.AfterPivot> where S.State == State, S.Phase == StepPhase.Retriable {
        PlanSteps(accumulated.nodes + [next.node])
    }

    /// Adds what stands anywhere.
    public static func buildPartialBlock<S: PlanStatement, Phase>(
        accumulated: PlanSteps<State, Phase>,
        next: S
    ) -> PlanSteps<State, Phase> where S.State == State, S.Phase == StepPhase.Anywhere {
        PlanSteps(accumulated.nodes + [next.node])
    }
}
