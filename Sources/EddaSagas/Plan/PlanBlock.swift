/// A block of statements: `parallel`, `sequence`, `when` with both branches, or `forEach`.
public struct PlanBlock<State: Codable & Sendable, Phase: StepPhaseTag>: PlanStatement {
    /// The block, its types forgotten.
    public let node: PlanNode

    init(_ kind: PlanNode.Kind) { node = PlanNode(kind) }
}

/// A `when`, to which ``otherwise(_:)`` may be added.
public struct PlanChoice<State: Codable & Sendable, Phase: StepPhaseTag>: PlanStatement {
    let choice: PlannedChoice

    /// The block, its types forgotten.
    public var node: PlanNode { PlanNode(.choice(choice)) }

    fileprivate func joined<Other, Joint: StepPhaseTag>(
        _ body: PlanBlockBody<State, Other>
    ) -> PlanBlock<State, Joint> {
        var choice = choice
        choice.otherwise = body.nodes
        return PlanBlock(.choice(choice))
    }
}

extension PlanChoice where Phase: AfterPhaseTag {
    /// What is done when the condition does not hold.
    ///
    /// - Parameter body: The statements.
    public func otherwise(
        @PlanBlockBuilder<State> _ body: () -> PlanBlockBody<State, StepPhase.Retriable>
    ) -> PlanBlock<State, StepPhase.Retriable> {
        joined(body())
    }
}

extension PlanChoice where Phase: BeforePhaseTag {
    /// What is done when the condition does not hold.
    ///
    /// - Parameter body: The statements.
    public func otherwise(
        @PlanBlockBuilder<State> _ body: () -> PlanBlockBody<State, StepPhase.Compensatable>
    ) -> PlanBlock<State, StepPhase.Compensatable> {
        joined(body())
    }
}

extension PlanChoice {
    /// What is done when the condition does not hold.
    ///
    /// - Parameter body: The statements.
    public func otherwise(
        @PlanBlockBuilder<State> _ body: () -> PlanBlockBody<State, StepPhase.Anywhere>
    ) -> PlanBlock<State, Phase> {
        joined(body())
    }
}

extension PlanChoice where Phase == StepPhase.Compensatable {
    /// Refused: the branches do not stand on the same side of the pivot.
    @available(
        *,
        unavailable,
        message: "A block stands before the pivot or after it: it holds either compensatable steps or retriable ones."
    )
    public func otherwise(
        @PlanBlockBuilder<State> _ body: () -> PlanBlockBody<State, StepPhase.Retriable>
    ) -> PlanBlock<State, Phase> {
        joined(body())
    }
}

extension PlanChoice where Phase == StepPhase.Retriable {
    /// Refused: the branches do not stand on the same side of the pivot.
    @available(
        *,
        unavailable,
        message: "A block stands before the pivot or after it: it holds either compensatable steps or retriable ones."
    )
    public func otherwise(
        @PlanBlockBuilder<State> _ body: () -> PlanBlockBody<State, StepPhase.Compensatable>
    ) -> PlanBlock<State, Phase> {
        joined(body())
    }
}

/// The state of a saga together with one element of a `forEach`.
///
/// Members of the state are reached as if they were its own: `each.order`, beside `each.element.sku`.
@dynamicMemberLookup
public struct Each<State: Codable & Sendable, Element: Codable & Sendable>: Codable, Sendable {
    /// The state.
    public var state: State
    /// The element, as it was when the block was reached.
    public let element: Element

    /// A member of the state.
    public subscript<Value>(dynamicMember member: WritableKeyPath<State, Value>) -> Value {
        get { state[keyPath: member] }
        set { state[keyPath: member] = newValue }
    }

    /// A member of the state.
    public subscript<Value>(dynamicMember member: KeyPath<State, Value>) -> Value { state[keyPath: member] }
}
