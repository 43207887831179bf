/// A decision model as of a position.
struct ReadModel<Model: DecisionModel>: Sendable {
    private(set) var model = Model()
    /// Everything that matches up to here is folded in.
    private(set) var head: Position

    /// A model of the events after a position, none of which is folded in yet.
    init(after position: Position = .start) { head = position }

    /// Folds in what has been appended since.
    ///
    /// What is more than a page is read and decoded by several threads, each a range of positions, and folded in order:
    /// what is at or below the head never changes any more.
    ///
    /// - Parameters:
    ///   - upTo: No further than this; `nil` means the head.
    ///   - pageSize: How many events are read at a time, from 1.
    mutating func catchUp(
        with query: EventQuery,
        in store: some Store,
        upTo: Position? = nil,
        pageSize: Int = 1_000
    ) async throws {
        let pages = DecodedPages<Model>(query, pageSize: pageSize, schema: store.schema)
        let first = try await pages.page(after: head, upTo: upTo, in: store)
        try fold(first)
        guard first.isFull else { return }
        let present = try await store.head()
        let end = upTo.map { min($0, present) } ?? present
        var ahead: [(upTo: Position, page: ReadAhead<DecodedPage>)] = []
        // How many positions a range has: about as many as hold a page of what matches.
        var span = Int64(pageSize)
        var next = head
        while head < end {
            while next < end, ahead.count < Processors.forOneCaller {
                let upTo = Position(next.value + min(span, end.value - next.value))
                ahead.append((upTo, ReadAhead { [next] in try await pages.page(after: next, upTo: upTo, in: store) }))
                next = upTo
            }
            let (upTo, page) = ahead.removeFirst()
            let found = try await page.value()
            try fold(found)
            if found.head < upTo {
                span = max(1, span / 2)
                // What the range holds beyond a page comes before the next range.
                while head < upTo { try await fold(pages.page(after: head, upTo: upTo, in: store)) }
            } else if found.count < pageSize / 4, span < end.value {
                span *= 2
            }
        }
    }

    /// Folds in what has been appended since, as this transaction sees it.
    mutating func catchUp(
        with query: EventQuery,
        in transaction: any ReadTransaction,
        schema: SchemaRegistry
    ) throws {
        let pages = DecodedPages<Model>(query, schema: schema)
        while true {
            let page = try pages.page(after: head, upTo: nil, in: transaction)
            try fold(page)
            guard page.isFull else { return }
        }
    }

    private mutating func fold(_ page: DecodedPage) throws {
        try page.apply(to: &model)
        head = max(head, page.head)
    }
}

/// What matches a query, decoded page by page.
struct DecodedPages<Model: DecisionModel>: Sendable {
    private let query: EventQuery
    private let pageSize: Int
    private let schema: SchemaRegistry
    private let handlers = Model.handlers

    init(_ query: EventQuery, pageSize: Int = 1_000, schema: SchemaRegistry) {
        self.query = query
        self.pageSize = pageSize
        self.schema = schema
    }

    /// The events after a position, at most a page of them.
    ///
    /// - Parameter upTo: No further than this; `nil` means the head.
    func page(after: Position, upTo: Position?, in store: some Store) async throws -> DecodedPage {
        try await store.read { try page(after: after, upTo: upTo, in: $0) }
    }

    /// The events after a position as this transaction sees them, at most a page of them.
    ///
    /// - Parameter upTo: No further than this; `nil` means the head.
    func page(after: Position, upTo: Position?, in transaction: any ReadTransaction) throws -> DecodedPage {
        let head = try transaction.head()
        return try handlers.decoded(
            matching: query,
            after: after,
            upTo: upTo.map { min($0, head) } ?? head,
            limit: pageSize,
            from: transaction,
            schema: schema
        )
    }
}
