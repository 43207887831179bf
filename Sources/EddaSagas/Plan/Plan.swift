/// The statements of a saga over a state, in order.
///
/// ``PlanBuilder`` makes it.
public protocol Plan<State>: Sendable {
    /// The state of the saga.
    associatedtype State: Codable & Sendable

    /// The statements, in order.
    var nodes: [PlanNode] { get }
}

/// A plan, or the beginning of one, that stands before or after its pivot.
public struct PlanSteps<State: Codable & Sendable, Phase>: Plan {
    /// The statements, in order.
    public let nodes: [PlanNode]

    init(_ nodes: [PlanNode]) { self.nodes = nodes }
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
