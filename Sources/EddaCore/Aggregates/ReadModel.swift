/// A decision model as of a position.
struct ReadModel<Model: DecisionModel>: Sendable {
    private(set) var model = Model()
    /// Everything that matches up to here is folded in.
    private(set) var head = Position.start

    private static var pageSize: Int { 1_000 }

    /// Folds in what has been appended since, page by page.
    mutating func catchUp(with query: EventQuery, in store: some Store) async throws {
        let schema = store.schema
        while true {
            let page = try await store.events(matching: query, after: head, limit: Self.pageSize)
            if try !fold(page, schema) { return }
        }
    }

    /// Folds in what has been appended since, as this transaction sees it.
    mutating func catchUp(
        with query: EventQuery,
        in transaction: any ReadTransaction,
        schema: SchemaRegistry
    ) throws {
        while true {
            let page = try transaction.events(
                matching: query,
                .forward,
                after: head,
                upTo: nil,
                limit: Self.pageSize
            )
            if try !fold(page, schema) { return }
        }
    }

    /// - Returns: Whether there may be more.
    private mutating func fold(_ page: EventPage, _ schema: SchemaRegistry) throws -> Bool {
        let handlers = Model.handlers
        for event in page.events { try handlers.apply(event, to: &model, schema: schema) }
        head = max(head, page.head)
        return page.events.count == Self.pageSize
    }
}
