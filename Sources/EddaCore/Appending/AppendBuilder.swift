/// Collects the events of an append to several streams, and its conditions.
///
/// ```swift
/// try await store.append(key: "transfer-31") {
///     $0.add([Debited(cents: 500)], to: "account-1", expecting: .version(7))
///     $0.add([Credited(cents: 500)], to: "account-2", expecting: .exists)
///     $0.require("bank-holiday", .missing)
/// }
/// ```
public struct AppendBuilder: Sendable {
    private struct Entry: Sendable {
        let stream: StreamID
        let event: any Event
        let metadata: EventMetadata?
    }

    private var entries: [Entry] = []
    private var conditions: [AppendCondition] = []

    init() {}

    /// Whether there is nothing to write and nothing to check.
    var isEmpty: Bool { entries.isEmpty && conditions.isEmpty }

    /// Adds events; they get their positions in the order in which they are added.
    ///
    /// - Parameters:
    ///   - events: The events.
    ///   - stream: Their stream; it may occur several times.
    ///   - expectation: What the stream must be like before the append. State it once for a stream.
    ///   - metadata: Origin and headers of these events, instead of those of the append.
    public mutating func add(
        _ events: [any Event],
        to stream: StreamID,
        expecting expectation: StreamExpectation = .any,
        metadata: EventMetadata? = nil
    ) {
        entries += events.map { Entry(stream: stream, event: $0, metadata: metadata) }
        if expectation != .any { conditions.append(.stream(stream, expectation)) }
    }

    /// Adds a condition.
    public mutating func require(_ condition: AppendCondition) { conditions.append(condition) }

    /// Adds a condition on a stream that the append need not write.
    public mutating func require(_ stream: StreamID, _ expectation: StreamExpectation) {
        conditions.append(.stream(stream, expectation))
    }

    /// The append, its events encoded.
    func append(key: IdempotencyKey?, metadata: EventMetadata, schema: SchemaRegistry) throws -> Append {
        let entries = try entries.map { entry in
            let event = try EventData(entry.event, metadata: entry.metadata ?? metadata, schema: schema)
            return Append.Entry(stream: entry.stream, event: event)
        }
        return Append(entries, conditions: conditions, key: key)
    }
}

extension Append {
    /// An append of Swift values to several streams.
    ///
    /// - Throws: What `build` throws; ``SchemaError`` when an event does not encode.
    public init(
        key: IdempotencyKey? = nil,
        metadata: EventMetadata = .init(),
        schema: SchemaRegistry,
        _ build: (inout AppendBuilder) throws -> Void
    ) throws {
        var builder = AppendBuilder()
        try build(&builder)
        self = try builder.append(key: key, metadata: metadata, schema: schema)
    }
}
