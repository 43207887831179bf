internal import EddaCore

/// What stands in a plan: a step, or a block of steps.
public protocol PlanStatement<State, Phase>: Sendable {
    /// The state that its closures see.
    associatedtype State: Codable & Sendable
    /// Where it may stand.
    associatedtype Phase: StepPhaseTag

    /// The statement, its types forgotten.
    var node: PlanNode { get }
}

/// A statement whose types the compiler has forgotten, so that all of them fit into one list.
public struct PlanNode: Sendable {
    indirect enum Kind: Sendable {
        case step(PlannedStep)
        case sequence([PlanNode])
        case parallel(StepID, [PlanNode])
        case choice(PlannedChoice)
        case loop(PlannedLoop)
    }

    var kind: Kind

    init(_ kind: Kind) { self.kind = kind }
}

/// A `when` with its branches.
struct PlannedChoice: Sendable {
    typealias Decide =
        @Sendable (_ state: any Sendable, _ elements: ArraySlice<StoredBytes>, SchemaRegistry) throws ->
        Bool

    let id: StepID
    var decide: Decide
    var then: [PlanNode]
    var otherwise: [PlanNode]
}

/// A `forEach` with its body, whose closures see the state and the element.
struct PlannedLoop: Sendable {
    typealias Read =
        @Sendable (_ state: any Sendable, _ elements: ArraySlice<StoredBytes>, SchemaRegistry) throws ->
        [LoopElement]

    let id: StepID
    /// How many elements are dealt with at a time.
    let limit: Int
    var read: Read
    var body: [PlanNode]
}

/// An element of a `forEach`, as it is kept.
struct LoopElement: Codable, Hashable, Sendable {
    /// The id that the plan gives to it.
    let key: String
    /// The encoded element.
    let data: StoredBytes
}
