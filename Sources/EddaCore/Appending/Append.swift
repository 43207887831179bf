/// Events for one or more streams and the conditions under which they are written: all of them or none.
public struct Append: Hashable, Sendable {
    /// One event and its stream.
    public struct Entry: Hashable, Sendable {
        /// The stream that gets the event.
        public var stream: StreamID
        /// The event.
        public var event: EventData

        /// An event for a stream.
        public init(stream: StreamID, event: EventData) {
            self.stream = stream
            self.event = event
        }
    }

    /// The most events one append may hold.
    public static let maximumCount = 100_000

    /// The events in the order in which they get their positions.
    ///
    /// A stream may occur several times, in any order.
    public var entries: [Entry]
    /// What must hold.
    public var conditions: [AppendCondition]
    /// A key under which the append takes effect once: the same key with the same content returns the first result and
    /// writes nothing; with other content it throws.
    ///
    /// A failed append does not consume it.
    public var key: IdempotencyKey?

    /// An append.
    public init(_ entries: [Entry], conditions: [AppendCondition] = [], key: IdempotencyKey? = nil) {
        self.entries = entries
        self.conditions = conditions
        self.key = key
    }

    /// An append of events to one stream.
    ///
    /// Without events and with `any` there is nothing to check either.
    public init(
        _ events: [EventData],
        to stream: StreamID,
        expecting expectation: StreamExpectation = .any,
        key: IdempotencyKey? = nil
    ) {
        self.init(
            events.map { Entry(stream: stream, event: $0) },
            conditions: events.isEmpty && expectation == .any ? [] : [.stream(stream, expectation)],
            key: key
        )
    }
}

/// Where the events of an append are.
public struct AppendResult: Hashable, Sendable {
    /// The positions of the events, one after another; `nil` when the append held no event.
    public let positions: ClosedRange<Position>?
    /// The version that each stream of the append had afterwards.
    public let versions: [StreamID: Int]
    /// Whether an earlier append under the same key wrote the events, and this one nothing.
    public let wasRepeated: Bool

    /// Describes the outcome of an append.
    public init(positions: ClosedRange<Position>?, versions: [StreamID: Int], wasRepeated: Bool = false) {
        self.positions = positions
        self.versions = versions
        self.wasRepeated = wasRepeated
    }
}

extension AppendResult {
    /// The result of an earlier append under a key, if that wrote to a stream, or nothing.
    ///
    /// - Throws: ``StoreError`` with code `keyReused` when it wrote to other streams only.
    func requiring(_ stream: StreamID, under key: IdempotencyKey) throws(StoreError) -> AppendResult {
        if versions.isEmpty || versions[stream] != nil { return self }
        let others = versions.keys.map(\.rawValue).sorted().prefix(3).joined(separator: ", ")
        throw StoreError(
            .keyReused,
            "The idempotency key \(key) was used for an append to \(others), not to \(stream). Use a key of its own for "
                + "every decision, such as the request's together with the name of the stream."
        )
    }
}
