/// The steps of a saga over a state, in order.
///
/// ``PlanBuilder`` makes it.
public protocol Plan<State>: Sendable {
    /// The state of the saga.
    associatedtype State: Codable & Sendable

    /// The steps, in order.
    var steps: [PlannedStep] { get }
}

/// A plan, or the beginning of one, that stands before or after its pivot.
public struct PlanSteps<State: Codable & Sendable, Phase>: Plan {
    /// The steps, in order.
    public let steps: [PlannedStep]

    init(_ steps: [PlannedStep]) { self.steps = steps }
}

/// Where a plan stands after its last step.
///
/// The compiler uses it to tell which step may follow.
public enum PlanPhase {
    /// No pivot yet: compensatable steps and the pivot may follow.
    public enum BeforePivot {}
    /// The pivot is behind: only retriable steps may follow.
    public enum AfterPivot {}
}
