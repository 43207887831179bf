public import EddaCore

/// Tests what an aggregate decides: given what has happened, when this is asked, then that happens.
///
/// ```swift
/// try AggregateTest(Order.self)
///     .given([OrderPlaced(customer: "ada", total: 4_200)])
///     .when { try $0.cancel(because: "customer asked") }
///     .then([OrderCancelled(reason: "customer asked")])
/// ```
///
/// Events pass through the codec on their way, as they do in a store. A test that fails throws a ``TestFailure``, which
/// every test framework reports.
public struct AggregateTest<State: Aggregate>: Sendable {
    private let schema: SchemaRegistry
    private let events: [any Event]

    /// A test of an aggregate to which nothing has happened.
    public init(_ type: State.Type = State.self, schema: SchemaRegistry = .init()) {
        self.init(schema: schema, events: [])
    }

    private init(schema: SchemaRegistry, events: [any Event]) {
        self.schema = schema
        self.events = events
    }

    /// What has happened before, oldest first; after what was given already.
    public func given(_ events: [any Event]) -> AggregateTest {
        AggregateTest(schema: schema, events: self.events + events)
    }

    /// Lets the aggregate decide.
    ///
    /// What goes wrong on the way is reported by the check that follows.
    public func when(_ decide: (State) throws -> [any Event]) -> Decision {
        Decision(
            schema: schema,
            outcome: Result {
                var loaded = Loaded<State>()
                try loaded.apply(recorded(), schema: schema)
                return try decide(loaded.state)
            }
        )
    }

    /// The state after everything that was given.
    ///
    /// - Throws: ``SchemaError`` when an event does not encode or decode.
    public func state() throws -> State {
        var loaded = Loaded<State>()
        try loaded.apply(recorded(), schema: schema)
        return loaded.state
    }

    private func recorded() throws -> [RecordedEvent] {
        let stream = try StreamID(category: State.category, id: "test")
        return try events.enumerated()
            .map { index, event in
                RecordedEvent(
                    position: Position(Int64(index + 1)),
                    stream: stream,
                    version: index + 1,
                    recordedAt: Timestamp(microseconds: Int64(index)),
                    event: try EventData(event, schema: schema)
                )
            }
    }
}
