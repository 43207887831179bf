extension Store {
    /// Loads an aggregate as it is at present.
    ///
    /// What ``aggregates`` holds of it, else its snapshot, else nothing is brought up to date from its stream; so it
    /// is always current.
    ///
    /// - Throws: ``InvalidName`` when the id makes no stream id, ``SchemaError`` when an event does not decode,
    ///   ``StoreError``.
    /// - Complexity: O(events since the state in memory or the snapshot).
    public func load<State: Aggregate>(_ type: State.Type, id: String) async throws -> Loaded<State> {
        let stream = try StreamID(category: State.category, id: id)
        return try await AggregateReader<State, Self>(self, stream).current().loaded
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
        return try await AggregateReader<State, Self>(self, stream).replayed(asOf: moment).loaded
    }

    /// Loads an aggregate, lets `decide` look at it, and appends the events that it returns, on the condition that
    /// nobody else has appended to the stream meanwhile.
    ///
    /// It decides on what ``aggregates`` holds, without reading, where it can. The exact version under which the events
    /// are appended makes sure of it; a refusal, or a decision for no event, is the answer only after a look at the
    /// stream, and is made again if the stream has moved on.
    ///
    /// A lost race is tried again on the new state, after a short random pause. After two of them the decision runs
    /// inside the writing unit itself, where nothing can come in between. So `decide` may be called several times and
    /// has no side effects.
    ///
    /// - Parameters:
    ///   - type: The aggregate.
    ///   - id: Its id within its category.
    ///   - key: A key under which the update takes effect once; looked up before deciding, and again before a refusal
    ///     is given. A key that was used for other streams only is `keyReused`.
    ///   - metadata: Origin and headers of the events.
    ///   - decide: Returns the events that shall happen, none for no change, or throws to refuse.
    /// - Returns: Where the events are.
    /// - Throws: What `decide` throws; ``AppendConflict`` when the stream is archived; ``SchemaError``, ``StoreError``,
    ///   ``Overloaded``, ``CommitUnknown``.
    @discardableResult
    public func update<State: Aggregate>(
        _ type: State.Type,
        id: String,
        key: IdempotencyKey? = nil,
        metadata: EventMetadata = .init(),
        _ decide: @escaping @Sendable (State) throws -> [any Event]
    ) async throws -> AppendResult {
        let stream = try StreamID(category: State.category, id: id)
        return try await AggregateUpdate(
            reader: AggregateReader(self, stream),
            key: key,
            metadata: metadata,
            decide: decide
        )
        .run()
    }
}

extension ReadTransaction {
    /// Loads an aggregate within this transaction.
    ///
    /// O(events since its snapshot, or of its stream).
    ///
    /// - Throws: As ``Store/load(_:id:)``.
    public func load<State: Aggregate>(
        _ type: State.Type,
        in stream: StreamID,
        schema: SchemaRegistry
    ) throws -> Loaded<State> {
        var aggregate = HeldAggregate<State>(epoch: 0)
        try replay(&aggregate, in: stream, schema: schema)
        return aggregate.loaded
    }
}

extension WriteTransaction {
    /// Loads an aggregate, decides, and appends, all within this unit.
    ///
    /// A key is looked up before deciding: when an earlier append used it, its result is the answer.
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
        if let key, let earlier = try result(of: key, for: stream) { return earlier }
        var aggregate = HeldAggregate<State>(epoch: 0)
        return try update(&aggregate, in: stream, schema: schema) { state, version in
            let events = try decide(state).map { try EventData($0, metadata: metadata, schema: schema) }
            return Append(events, to: stream, expecting: .version(version), key: key)
        }
    }
}
