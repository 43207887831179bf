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
        // Most streams are short. What is left of a long one is read where long reads belong.
        let first = try await readBriefly {
            try $0.events(in: stream, direction, versions: versions, limit: Self.briefly)
        }
        guard first.count == Self.briefly, let last = first.last else { return first }
        let rest =
            direction == .forward
            ? min(last.version + 1, versions.upperBound)...versions.upperBound
            : versions.lowerBound...max(last.version - 1, versions.lowerBound)
        if rest.contains(last.version) { return first }
        return try await first
            + read { try $0.events(in: stream, direction, versions: rest, limit: limit - first.count) }
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

    /// The events of the whole store as they were at a time.
    ///
    /// To read on, page by page, pass the ``EventPage/head`` of the last page as `after`.
    ///
    /// - Parameters:
    ///   - query: Which events.
    ///   - direction: Oldest or newest first.
    ///   - after: Only events after this position.
    ///   - time: Only events that were recorded at or before this time.
    ///   - limit: At most so many events.
    /// - Throws: ``StoreError``.
    public func events(
        matching query: EventQuery = .all,
        _ direction: ReadDirection = .forward,
        after: Position = .start,
        asOf time: Timestamp,
        limit: Int = 1_000
    ) async throws -> EventPage {
        try await read { try $0.events(matching: query, direction, after: after, asOf: time, limit: limit) }
    }

    /// The position of the last event that was recorded at or before a time; ``Position/start`` when there is none.
    ///
    /// - Throws: ``StoreError``.
    public func position(asOf time: Timestamp) async throws -> Position {
        try await read { try $0.position(asOf: time) }
    }

    /// The version that a stream had at a moment; 0 when it had no event yet.
    ///
    /// - Throws: ``StoreError``.
    public func version(of stream: StreamID, asOf moment: AsOf) async throws -> Int {
        try await read { try $0.version(of: stream, asOf: moment) }
    }

    /// The last event of a stream; `nil` when it has none.
    ///
    /// - Throws: ``StoreError``.
    public func lastEvent(in stream: StreamID) async throws -> RecordedEvent? {
        try await read { try $0.lastEvent(in: stream) }
    }

    /// The last event that matches a query, such as the last of a type; `nil` when none does.
    ///
    /// - Throws: ``StoreError``.
    public func lastEvent(matching query: EventQuery) async throws -> RecordedEvent? {
        try await read { try $0.lastEvent(matching: query) }
    }
}

extension EventReading {
    /// The events of the whole store as they were at a time.
    ///
    /// - Throws: ``StoreError``.
    public func events(
        matching query: EventQuery,
        _ direction: ReadDirection,
        after: Position,
        asOf time: Timestamp,
        limit: Int
    ) throws -> EventPage {
        try events(matching: query, direction, after: after, upTo: position(asOf: time), limit: limit)
    }

    /// The version that a stream had at a moment; 0 when it had no event yet.
    ///
    /// - Throws: ``StoreError``.
    public func version(of stream: StreamID, asOf moment: AsOf) throws -> Int {
        switch moment {
        case .version(let version): min(max(0, version), try state(of: stream).version)
        case .position(let position): try version(of: stream, asOf: position)
        case .time(let time): try version(of: stream, asOf: position(asOf: time))
        }
    }

    /// The last event of a stream; `nil` when it has none.
    ///
    /// - Throws: ``StoreError``.
    public func lastEvent(in stream: StreamID) throws -> RecordedEvent? {
        try events(in: stream, .backward, versions: 1...Int.max, limit: 1).first
    }

    /// The last event that matches a query, such as the last of a type; `nil` when none does.
    ///
    /// - Throws: ``StoreError``.
    public func lastEvent(matching query: EventQuery) throws -> RecordedEvent? {
        try events(matching: query, .backward, after: .start, upTo: nil, limit: 1).events.first
    }
}
