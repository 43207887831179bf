/// What folding needs of an event, for as long as a call lasts: its data are where the store has them.
///
/// To make a ``RecordedEvent`` of every event that is folded at once would copy each of them and count its references.
package struct StoredEvent {
    /// Its place among all events of the store.
    package let position: Position
    /// Its place in its stream.
    package let version: Int
    /// The wire name.
    package let type: EventType
    /// The version of the data's shape.
    package let schemaVersion: Int
    /// The encoded event.
    package let data: UnsafeBufferPointer<UInt8>

    /// Describes an event whose data stay where they are until the call returns.
    package init(
        position: Position,
        version: Int,
        type: EventType,
        schemaVersion: Int,
        data: UnsafeBufferPointer<UInt8>
    ) {
        self.position = position
        self.version = version
        self.type = type
        self.schemaVersion = schemaVersion
        self.data = data
    }
}

@available(*, unavailable)
extension StoredEvent: Sendable {}

extension RecordedEvent {
    /// Calls `body` with what folding needs of the event.
    ///
    /// - Throws: What `body` throws.
    func shown<Result, Failure>(
        to body: (StoredEvent) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try data.withUnsafeBufferPointer { data throws(Failure) in
            try body(
                StoredEvent(
                    position: position,
                    version: version,
                    type: type,
                    schemaVersion: schemaVersion,
                    data: data
                )
            )
        }
    }
}

/// A view of a store that can show its events where they are.
package protocol StoredEventReading: EventReading {
    /// Shows the events of a stream after a version, oldest first, at most `limit` of them.
    ///
    /// The body reads nothing else in this transaction.
    ///
    /// - Throws: What `body` throws, ``StoreError``.
    func showEvents(
        in stream: StreamID,
        after version: Int,
        limit: Int,
        to body: (StoredEvent) throws -> Void
    ) throws

    /// Shows the events that match a query between two positions, the upper one included or the head, oldest first, at
    /// most `limit` of them.
    ///
    /// The body reads nothing else in this transaction.
    ///
    /// - Throws: What `body` throws, ``StoreError``.
    func showEvents(
        matching query: EventQuery,
        after: Position,
        upTo: Position?,
        limit: Int,
        to body: (StoredEvent) throws -> Void
    ) throws
}

extension EventReading {
    /// Shows the events of a stream after a version, oldest first, at most `limit` of them.
    func show(
        in stream: StreamID,
        after version: Int,
        limit: Int,
        to body: (StoredEvent) throws -> Void
    ) throws {
        if let reading = self as? any StoredEventReading {
            return try reading.showEvents(in: stream, after: version, limit: limit, to: body)
        }
        let events = try events(in: stream, .forward, versions: version + 1...Int.max, limit: limit)
        for event in events { try event.shown(to: body) }
    }

    /// Shows the events that match a query between two positions, oldest first, at most `limit` of them.
    func show(
        matching query: EventQuery,
        after: Position,
        upTo: Position?,
        limit: Int,
        to body: (StoredEvent) throws -> Void
    ) throws {
        if let reading = self as? any StoredEventReading {
            return try reading.showEvents(matching: query, after: after, upTo: upTo, limit: limit, to: body)
        }
        let page = try events(matching: query, .forward, after: after, upTo: upTo, limit: limit)
        for event in page.events { try event.shown(to: body) }
    }
}
