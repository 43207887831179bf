extension Store {
    /// Follows the events of the store: first those that are there, then each as it is committed, every event once
    /// and in order.
    ///
    /// Events are fetched page by page as the consumer asks for them, so a slow consumer costs no memory: while it has more
    /// to catch up with, one page beyond the one that it is at is read ahead, beside its own work.
    ///
    /// - Parameters:
    ///   - query: Which events.
    ///   - after: Only events after this position.
    ///   - pageSize: How many events are fetched at a time, from 1.
    public func subscribe(
        to query: EventQuery = .all,
        after: Position = .start,
        pageSize: Int = 256
    ) -> EventSubscription {
        EventSubscription(store: self, query: query, start: after, pageSize: Swift.max(1, pageSize))
    }
}

/// Events of a store from a position on, without end.
///
/// See ``Store/subscribe(to:after:pageSize:)``.
public struct EventSubscription: AsyncSequence, Sendable {
    /// An event.
    public typealias Element = RecordedEvent

    let store: any Store
    let query: EventQuery
    let start: Position
    let pageSize: Int

    /// A new run from the start position.
    public func makeAsyncIterator() -> Iterator {
        Iterator(store: store, query: query, pageSize: pageSize, position: start)
    }

    /// Fetches pages and hands out their events.
    public struct Iterator: AsyncIteratorProtocol {
        let store: any Store
        let query: EventQuery
        let pageSize: Int
        /// Everything up to here has been handed out or does not match: what a consumer keeps as its checkpoint.
        public private(set) var position: Position
        private var page: [RecordedEvent] = []
        /// How many events of the page were handed out.
        private var taken = 0
        private var head: Position = .start
        /// The page behind the present one.
        private var ahead: PageAhead?

        init(store: any Store, query: EventQuery, pageSize: Int, position: Position) {
            self.store = store
            self.query = query
            self.pageSize = pageSize
            self.position = position
        }

        /// The next event; waits until there is one.
        ///
        /// - Throws: `CancellationError` when the task is cancelled, ``StoreError`` when the store cannot be read.
        public mutating func next() async throws -> RecordedEvent? {
            while true {
                if taken < page.count {
                    let event = page[taken]
                    taken += 1
                    position = taken == page.count ? Swift.max(head, event.position) : event.position
                    return event
                }
                try Task.checkCancellation()
                let seen = ahead?.seen ?? store.signals.events.count
                let found =
                    if let next = ahead.take() {
                        try await next.value()
                    } else {
                        try await store.events(matching: query, after: position, limit: pageSize)
                    }
                head = found.head
                if found.events.isEmpty {
                    position = Swift.max(position, found.head)
                    try await store.signals.events.wait(past: seen)
                } else {
                    (page, taken) = (found.events, 0)
                    // A page that is not full is the last one for now.
                    if found.events.count == pageSize {
                        ahead = PageAhead(store, query, after: found.head, limit: pageSize)
                    }
                }
            }
        }
    }
}

/// A page of events that is being fetched.
private struct PageAhead: Sendable {
    /// What had been signalled before the page was read; what comes later is not in it.
    let seen: UInt64
    private let page: ReadAhead<EventPage>

    init(_ store: any Store, _ query: EventQuery, after position: Position, limit: Int) {
        seen = store.signals.events.count
        page = ReadAhead { try await store.events(matching: query, after: position, limit: limit) }
    }

    /// The page.
    ///
    /// - Throws: `CancellationError` when the waiting task is cancelled, ``StoreError``.
    func value() async throws -> EventPage { try await page.value() }
}
