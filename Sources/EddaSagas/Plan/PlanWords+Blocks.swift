public import EddaCore

extension PlanWords {
    /// Branches that go on side by side; what follows waits for all of them.
    ///
    /// Each statement is a branch; `sequence` makes one of several. When one is refused before the pivot, the others are
    /// brought to an outcome, and then all that was done is undone.
    ///
    /// - Parameters:
    ///   - id: A stable id, unique in the plan: without a slash or brackets, not `undo`, and not beginning with `#`.
    ///   - branches: The branches.
    public func parallel<Phase: StepPhaseTag>(
        _ id: StepID,
        @PlanBlockBuilder<State> _ branches: () -> PlanBlockBody<State, Phase>
    ) -> PlanBlock<State, Phase> {
        PlanBlock(.parallel(id, branches().nodes))
    }

    /// Statements one after another, as one branch of a `parallel`.
    ///
    /// - Parameter statements: The statements.
    public func sequence<Phase: StepPhaseTag>(
        @PlanBlockBuilder<State> _ statements: () -> PlanBlockBody<State, Phase>
    ) -> PlanBlock<State, Phase> {
        PlanBlock(.sequence(statements().nodes))
    }

    /// Statements that are only done under a condition; add `otherwise` for the opposite.
    ///
    /// It is decided once, when the block is reached, and stays so. The steps of the branch that is not taken are skipped.
    ///
    /// - Parameters:
    ///   - id: A stable id, unique in the plan: without a slash or brackets, not `undo`, and not beginning with `#`.
    ///   - condition: A pure function of the state.
    ///   - body: The statements.
    public func when<Phase: StepPhaseTag>(
        _ id: StepID,
        _ condition: @escaping @Sendable (State) -> Bool,
        @PlanBlockBuilder<State> _ body: () -> PlanBlockBody<State, Phase>
    ) -> PlanChoice<State, Phase> {
        PlanChoice(id, condition, body())
    }

    /// Statements for each element of a list.
    ///
    /// The list is read once, when the block is reached, and kept. A step is called `reserve[7]` then, with the element's id in
    /// the brackets. An empty list is nothing to do. Elements whose ids are equal, or too long, park the saga.
    ///
    /// ```swift
    /// forEach("lines", in: { $0.lines }, id: { $0.sku }) { each in
    ///     each.call("reserve") { Reserve(order: $0.order, sku: $0.element.sku) }
    ///         .compensate { each, _ in Release(order: each.order, sku: each.element.sku) }
    /// }
    /// ```
    ///
    /// - Parameters:
    ///   - id: A stable id, unique in the plan: without a slash or brackets, not `undo`, and not beginning with `#`.
    ///   - elements: The list; a pure function of the state.
    ///   - key: The id of an element, unique in the list.
    ///   - limit: How many elements are dealt with at a time, 1 or more; one after another by default.
    ///   - body: The statements, whose closures see the state and the element as an ``Each``.
    public func forEach<Element: Codable & Sendable, Phase: StepPhaseTag>(
        _ id: StepID,
        in elements: @escaping @Sendable (State) -> [Element],
        id key: @escaping @Sendable (Element) -> String,
        concurrently limit: Int = 1,
        @PlanBlockBuilder<Each<State, Element>> _ body: (PlanWords<Each<State, Element>, Services>) -> PlanBlockBody<
            Each<State, Element>, Phase
        >
    ) -> PlanBlock<State, Phase> {
        PlanBlock(id, elements, key, limit, body(PlanWords<Each<State, Element>, Services>()).nodes)
    }
}
