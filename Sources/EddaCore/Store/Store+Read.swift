extension Store {
    /// The position of the last event; ``Position/start`` in an empty store.
    ///
    /// - Throws: ``StoreError``.
    public func head() async throws -> Position {
        try await readBriefly { try $0.head() }
    }

    /// The state of a stream.
    ///
    /// - Throws: ``StoreError``.
    public func state(of stream: StreamID) async throws -> StreamState {
        try await readBriefly { try $0.state(of: stream) }
    }

    /// Events of one stream.
    ///
    /// - Parameters:
    ///   - stream: The stream; one that nobody has written gives none.
    ///   - direction: Oldest or newest first.
    ///   - versions: Only events with these versions, both ends included.
    ///   - limit: At most so many events.
    /// - Throws: ``StoreError``.
    public func events(
        in stream: StreamID,
        _ direction: ReadDirection = .forward,
        versions: ClosedRange<Int> = 1...Int.max,
        limit: Int = .max
    ) async throws -> [RecordedEvent] {
        guard limit > Self.briefly else {
            return try await readBriefly { try $0.events(in: stream, direction, versions: versions, limit: limit) }
        }
        // Most streams are short: one that is not is read again, whole.
        let first = try await readBriefly {
            try $0.events(in: stream, direction, versions: versions, limit: Self.briefly)
        }
        if first.count < Self.briefly { return first }
        return try await read { try $0.events(in: stream, direction, versions: versions, limit: limit) }
    }

    /// The most events of a stream that are read on the caller's thread.
    package static var briefly: Int { 128 }

    /// Events of the whole store.
    ///
    /// - Parameters:
    ///   - query: Which events.
    ///   - direction: Oldest or newest first.
    ///   - after: Only events after this position.
    ///   - upTo: Only events up to this position; `nil` means the head.
    ///   - limit: At most so many events.
    /// - Throws: ``StoreError``.
    public func events(
        matching query: EventQuery = .all,
        _ direction: ReadDirection = .forward,
        after: Position = .start,
        upTo: Position? = nil,
        limit: Int = 1_000
    ) async throws -> EventPage {
        try await read { try $0.events(matching: query, direction, after: after, upTo: upTo, limit: limit) }
    }
}
