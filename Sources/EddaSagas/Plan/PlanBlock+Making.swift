internal import EddaCore

extension PlanChoice {
    init(
        _ id: StepID,
        _ condition: @escaping @Sendable (State) -> Bool,
        _ body: PlanBlockBody<State, Phase>
    ) {
        choice = PlannedChoice(
            id: id,
            decide: { state, _, _ in condition(try StoredState.typed(state, as: State.self)) },
            then: body.nodes,
            otherwise: []
        )
    }
}

extension PlanBlock {
    init<Element: Codable & Sendable>(
        _ id: StepID,
        _ elements: @escaping @Sendable (State) -> [Element],
        _ key: @escaping @Sendable (Element) -> String,
        _ limit: Int,
        _ body: [PlanNode]
    ) {
        precondition(limit > 0, "The block \(id) deals with no element at a time.")
        let lift = LoopLift(
            loop: id,
            wrap: { state, element, schema in
                let state = try StoredState.typed(state, as: State.self)
                do {
                    let element = try schema.codec.decode(Element.self, from: element.bytes)
                    return Each(state: state, element: element)
                } catch {
                    throw SagaError(
                        .unreadableState,
                        "An element of \(id) does not decode as \(Element.self): \(Misfit.description(of: error))"
                    )
                }
            },
            unwrap: { try StoredState.typed($0, as: Each<State, Element>.self).state }
        )
        let loop = PlannedLoop(
            id: id,
            limit: limit,
            read: { state, _, schema in
                let state = try StoredState.typed(state, as: State.self)
                return try elements(state).map { element in
                    LoopElement(key: key(element), data: StoredBytes(try schema.encode(element)))
                }
            },
            body: body.map { $0.lifted(lift) }
        )
        self.init(.loop(loop))
    }
}
