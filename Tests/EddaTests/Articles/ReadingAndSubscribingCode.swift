import Edda

/// The code of the article "Reading and subscribing", as it stands there.
enum ReadingAndSubscribingCode {
    static func readStream(_ store: SQLiteStore) async throws -> [[RecordedEvent]] {
        let history = try await store.events(in: "order-1042")
        let latest = try await store.events(in: "order-1042", .backward, limit: 10)
        let part = try await store.events(in: "order-1042", versions: 5...8)
        let last = try await store.lastEvent(in: "order-1042")
        return [history, latest, part, last.map { [$0] } ?? []]
    }

    static let query = EventQuery([
        .init(events: OrderPlaced.self, tags: ["customer:ada"]),
        .init(category: "invoice"),
    ])

    static func readAll(_ store: SQLiteStore, _ index: Index) async throws {
        let end = try await store.head()
        var position = Position.start
        while position < end {
            let page = try await store.events(matching: query, after: position, upTo: end, limit: 500)
            for event in page.events { try await index.add(event) }
            position = page.head
        }
    }

    static func lookBack(_ store: SQLiteStore, _ closing: Timestamp) async throws -> (Position, Int, EventPage) {
        let position = try await store.position(asOf: closing)
        let version = try await store.version(of: "order-1042", asOf: .time(closing))
        let page = try await store.events(matching: query, asOf: closing)
        return (position, version, page)
    }

    static func readTogether(_ store: SQLiteStore) async throws -> (head: Position, last: RecordedEvent?) {
        let (head, last) = try await store.read { transaction in
            (try transaction.head(), try transaction.lastEvent(matching: query))
        }
        return (head, last)
    }

    static func fold(_ store: SQLiteStore, _ position: Position) async throws -> [Int] {
        let sales = try await store.load(Sales.self, over: EventQuery(events: OrderPlaced.self))
        let before = try await store.load(Sales.self, over: EventQuery(events: OrderPlaced.self), upTo: position)
        return [sales.model.orders, before.model.orders]
    }

    struct Sales: DecisionModel {
        static let handlers = EventHandlers<Sales> { On(OrderPlaced.self) { sales, _ in sales.orders += 1 } }
        var orders = 0
    }

    static func follow(_ store: SQLiteStore, after checkpoint: Position, _ index: Index) async throws {
        for try await event in store.subscribe(to: query, after: checkpoint) {
            try await index.add(event)
        }
    }

    static func consume(_ store: SQLiteStore, _ mailer: Mailer) async throws {
        let placed = EventQuery(events: OrderPlaced.self)
        try await store.consume(as: "mailer", matching: placed, lease: .seconds(10)) { events in
            for event in events { try await mailer.confirm(event) }
        }
    }

    static func consumeShare(_ store: SQLiteStore, _ mailer: Mailer) async throws {
        let placed = EventQuery(events: OrderPlaced.self)
        let share = ConsumerShare.of(2, index: 1, by: .tag("customer:"))
        try await store.consume(as: "scoring", matching: placed, share: share, lease: .seconds(10)) { events in
            for event in events { try await mailer.confirm(event) }
        }
    }

    static func goBack(_ store: SQLiteStore) async throws -> Position {
        let position = try await store.read { try $0.checkpoint("mailer") }
        try await store.write { try $0.setCheckpoint("mailer", to: .start) }
        return position
    }

    static func synchronise(_ store: SQLiteStore, from saved: Cursor, _ index: Index) async throws {
        var cursor: Cursor
        do {
            cursor = try await store.renewed(saved)
        } catch let stale as StaleCursor {
            await index.forget(after: stale.agreesUpTo)
            cursor = try await store.cursor(at: stale.agreesUpTo)
        }
        for try await event in store.subscribe(after: cursor.position) {
            cursor = cursor.advanced(to: event.position)
            try await index.add(event, cursor)
        }
    }

    struct OrderPlaced: Event {
        static let eventType: EventType = "order.placed"
        var customer: String
        var tags: Set<Tag> { ["customer:\(customer)"] }
    }

    /// A reader outside the store, which stops whoever follows when it has enough.
    actor Index {
        private(set) var positions: [Int64] = []
        private(set) var cursor = Cursor.start
        private let limit: Int

        init(limit: Int = .max) { self.limit = limit }

        func add(_ event: RecordedEvent, _ cursor: Cursor = .start) throws {
            self.cursor = cursor
            positions.append(event.position.value)
            if positions.count == limit { throw IsFull() }
        }

        func forget(after position: Position) { positions.removeAll { $0 > position.value } }

        struct IsFull: Error {}
    }

    /// Tells of each confirmation, after which the test goes on.
    struct Mailer: Sendable {
        let confirmed: AsyncStream<Int64>.Continuation

        func confirm(_ event: RecordedEvent) async throws { confirmed.yield(event.position.value) }
    }
}
