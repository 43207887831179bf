/// A decision model as of a position.
struct ReadModel<Model: DecisionModel>: Sendable {
    private(set) var model = Model()
    /// Everything that matches up to here is folded in.
    private(set) var head: Position

    /// A model of the events after a position, none of which is folded in yet.
    init(after position: Position = .start) { head = position }

    /// Folds in what has been appended since.
    ///
    /// What is more than a page is read and decoded by several threads, each a range of positions, and folded in order.
    /// Nothing is ever added at or below the head; what maintenance deletes there meanwhile may be missing in one range
    /// and still be there in the next.
    ///
    /// - Parameters:
    ///   - upTo: No further than this; `nil` means the head.
    ///   - pageSize: How many events are read at a time, from 1.
    /// - Throws: ``SchemaError``, ``StoreError``, `CancellationError`.
    mutating func catchUp(
        with query: EventQuery,
        in store: some Store,
        upTo: Position? = nil,
        pageSize: Int = DecodedPages<Model>.size
    ) async throws {
        let pages = DecodedPages<Model>(query, pageSize: pageSize, schema: store.schema)
        let start = head
        let first = try await pages.page(after: start, upTo: upTo, in: store)
        try fold(first)
        guard first.isFull else { return }
        let present = try await store.head()
        let end = upTo.map { min($0, present) } ?? present
        var span = pages.span(after: start, first)
        var next = head
        var ahead: [PagedRange] = []
        while head < end {
            try Task.checkCancellation()
            while next < end, ahead.count < Processors.forOneCaller {
                let upTo = Position(next.value + min(span, end.value - next.value))
                let page = ReadAhead { [next] in try await pages.page(after: next, upTo: upTo, in: store) }
                ahead.append(PagedRange(after: next, upTo: upTo, page: page))
                next = upTo
            }
            let range = ahead.removeFirst()
            var page = try await range.page.value()
            try fold(page)
            span = pages.span(after: range.after, page)
            while page.isFull, head < range.upTo {
                try Task.checkCancellation()
                guard range.upTo.value - head.value <= span else {
                    // Far more matches than did before: what is behind is cut anew.
                    (next, ahead) = (head, [])
                    break
                }
                let start = head
                page = try await pages.page(after: start, upTo: range.upTo, in: store)
                try fold(page)
                span = pages.span(after: start, page)
            }
            // A store that shows less than its head was, such as a copy that is behind, has no more to give.
            guard page.isFull || page.head == range.upTo else { return }
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

/// A range of positions of which the first page is on its way.
private struct PagedRange {
    let after: Position
    let upTo: Position
    let page: ReadAhead<DecodedPage>
}

/// What matches a query, decoded page by page.
struct DecodedPages<Model: DecisionModel>: Sendable {
    /// How many events are on a page.
    static var size: Int { 1_000 }

    private let query: EventQuery
    private let pageSize: Int
    private let schema: SchemaRegistry
    private let handlers = Model.handlers

    init(_ query: EventQuery, pageSize: Int = size, schema: SchemaRegistry) {
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
        try handlers.decoded(
            matching: query,
            after: after,
            upTo: upTo,
            limit: pageSize,
            from: transaction,
            schema: schema
        )
    }

    /// How many positions hold about a page of what matches, judged by the last page.
    ///
    /// A little less, so that most ranges need no second page; at most four times what the page covers, since what
    /// comes may be denser.
    func span(after: Position, _ page: DecodedPage) -> Int64 {
        let covered = max(1, page.head.value - after.value)
        guard page.count < covered else { return Int64(pageSize) }
        let matching = Double(covered) / Double(max(1, page.count)) * Double(pageSize) * 0.875
        return Int64(max(1, min(matching, 4 * Double(covered), 1e18)))
    }
}
