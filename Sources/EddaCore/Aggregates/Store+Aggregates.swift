extension Store {
    /// Loads an aggregate: reads its stream and folds it.
    ///
    /// O(events of the stream).
    ///
    /// - Throws: ``InvalidName`` when the id makes no stream id, ``SchemaError`` when an event does not decode,
    ///   ``StoreError``.
    public func load<State: Aggregate>(_ type: State.Type, id: String) async throws -> Loaded<State> {
        let stream = try StreamID(category: State.category, id: id)
        let schema = schema
        let events = try await events(in: stream)
        var loaded = Loaded<State>()
        try loaded.apply(events, schema: schema)
        return loaded
    }

    /// Loads an aggregate as it was at a moment: after an event of its stream, at a position of the store, or at a time.
    ///
    /// ```swift
    /// let before = try await store.load(Order.self, id: "1042", asOf: .version(3))
    /// let then = try await store.load(Order.self, id: "1042", asOf: .time(closing))
    /// ```
    ///
    /// A moment before the first event gives the state before any event; one that has not come yet, the present state.
    ///
    /// - Throws: As ``load(_:id:)``.
    /// - Complexity: O(events of the stream up to the moment).
    public func load<State: Aggregate>(
        _ type: State.Type,
        id: String,
        asOf moment: AsOf
    ) async throws -> Loaded<State> {
        let stream = try StreamID(category: State.category, id: id)
        let events = try await read { transaction -> [RecordedEvent] in
            let version = try transaction.version(of: stream, asOf: moment)
            guard version > 0 else { return [] }
            return try transaction.events(in: stream, .forward, versions: 1...version, limit: .max)
        }
        var loaded = Loaded<State>()
        try loaded.apply(events, schema: schema)
        return loaded
    }

    /// Loads an aggregate, lets `decide` look at it, and appends the events that it returns, on the condition that
    /// nobody else has appended to the stream meanwhile.
    ///
    /// A lost race is tried again on the new state. After two of them the decision runs inside the writing unit
    /// itself, where nothing can come in between; so `decide` may be called several times and has no side effects.
    ///
    /// - Parameters:
    ///   - type: The aggregate.
    ///   - id: Its id within its category.
    ///   - key: A key under which the update takes effect once; looked up before deciding.
    ///   - metadata: Origin and headers of the events.
    ///   - decide: Returns the events that shall happen, none for no change, or throws to refuse.
    /// - Returns: Where the events are.
    /// - Throws: What `decide` throws; ``SchemaError``, ``StoreError``, ``Overloaded``, ``CommitUnknown``.
    @discardableResult
    public func update<State: Aggregate>(
        _ type: State.Type,
        id: String,
        key: IdempotencyKey? = nil,
        metadata: EventMetadata = .init(),
        _ decide: @escaping @Sendable (State) throws -> [any Event]
    ) async throws -> AppendResult {
        let stream = try StreamID(category: State.category, id: id)
        let schema = schema
        if let key, let earlier = try await read({ try $0.result(of: key) }) { return earlier }
        for _ in 0..<2 {
            let loaded = try await load(type, id: id)
            let events = try decide(loaded.state)
            do {
                return try await append(
                    events,
                    to: stream,
                    expecting: .version(loaded.version),
                    key: key,
                    metadata: metadata
                )
            } catch is AppendConflict {
                continue
            } catch let error as StoreError where error.code == .keyReused {
                // The same key won the race with other content: its result is the answer.
                if let key, let earlier = try await read({ try $0.result(of: key) }) { return earlier }
                throw error
            }
        }
        return try await write { transaction in
            if let key, let earlier = try transaction.result(of: key) { return earlier }
            return try transaction.update(
                type,
                in: stream,
                key: key,
                metadata: metadata,
                schema: schema,
                decide
            )
        }
    }
}

extension ReadTransaction {
    /// Loads an aggregate within this transaction.
    ///
    /// O(events of the stream).
    ///
    /// - Throws: As ``Store/load(_:id:)``.
    public func load<State: Aggregate>(
        _ type: State.Type,
        in stream: StreamID,
        schema: SchemaRegistry
    ) throws -> Loaded<State> {
        var loaded = Loaded<State>()
        try loaded.apply(
            events(in: stream, .forward, versions: 1...Int.max, limit: .max),
            schema: schema
        )
        return loaded
    }
}

extension WriteTransaction {
    /// Loads an aggregate, decides, and appends, all within this unit.
    ///
    /// - Throws: What `decide` throws, and as ``EventWriting/append(_:)``.
    @discardableResult
    public func update<State: Aggregate>(
        _ type: State.Type,
        in stream: StreamID,
        key: IdempotencyKey? = nil,
        metadata: EventMetadata = .init(),
        schema: SchemaRegistry,
        _ decide: (State) throws -> [any Event]
    ) throws -> AppendResult {
        let loaded = try load(type, in: stream, schema: schema)
        let events = try decide(loaded.state).map { try EventData($0, metadata: metadata, schema: schema) }
        return try append(Append(events, to: stream, expecting: .version(loaded.version), key: key))
    }
}
