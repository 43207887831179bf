/// The statements of a block, and where in a plan it may stand because of them.
public struct PlanBlockBody<State: Codable & Sendable, Phase: StepPhaseTag>: Sendable {
    let nodes: [PlanNode]

    init(_ nodes: [PlanNode]) { self.nodes = nodes }
}

/// Joins statements to the body of a block, and lets the compiler refuse what cannot stand there together.
///
/// A block holds what can be undone, and stands before the pivot, or what is retriable, and stands after it. One that holds
/// only what stands anywhere does so too.
@resultBuilder
public enum PlanBlockBuilder<State: Codable & Sendable> {
    /// Begins with what can be undone.
    public static func buildPartialBlock<S: PlanStatement>(
        first: S
    ) -> PlanBlockBody<State, StepPhase.Compensatable> where S.State == State, S.Phase: CompensatablePhaseTag {
        PlanBlockBody([first.node])
    }

    /// Begins with what is retriable.
    public static func buildPartialBlock<S: PlanStatement>(
        first: S
    ) -> PlanBlockBody<State, StepPhase.Retriable> where S.State == State, S.Phase == StepPhase.Retriable {
        PlanBlockBody([first.node])
    }

    /// Begins with what stands anywhere.
    public static func buildPartialBlock<S: PlanStatement>(
        first: S
    ) -> PlanBlockBody<State, StepPhase.Anywhere> where S.State == State, S.Phase == StepPhase.Anywhere {
        PlanBlockBody([first.node])
    }

    /// Adds what can be undone.
    public static func buildPartialBlock<S: PlanStatement, Phase: BeforePhaseTag>(
        accumulated: PlanBlockBody<State, Phase>,
        next: S
    ) -> PlanBlockBody<State, StepPhase.Compensatable> where S.State == State, S.Phase: CompensatablePhaseTag {
        PlanBlockBody(accumulated.nodes + [next.node])
    }

    /// Adds what is retriable.
    public static func buildPartialBlock<S: PlanStatement, Phase: AfterPhaseTag>(
        accumulated: PlanBlockBody<State, Phase>,
        next: S
    ) -> PlanBlockBody<State, StepPhase.Retriable> where S.State == State, S.Phase == StepPhase.Retriable {
        PlanBlockBody(accumulated.nodes + [next.node])
    }

    /// Adds what stands anywhere.
    public static func buildPartialBlock<S: PlanStatement, Phase>(
        accumulated: PlanBlockBody<State, Phase>,
        next: S
    ) -> PlanBlockBody<State, Phase> where S.State == State, S.Phase == StepPhase.Anywhere {
        PlanBlockBody(accumulated.nodes + [next.node])
    }
}
