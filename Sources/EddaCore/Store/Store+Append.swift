extension Store {
    /// Appends events to one stream.
    ///
    /// ```swift
    /// try await store.append([OrderPlaced(customer: "ada", total: 4_200)], to: "order-1042", expecting: .missing)
    /// ```
    ///
    /// - Parameters:
    ///   - events: The events in order; none is no error and takes no position.
    ///   - stream: The stream.
    ///   - expectation: What the stream must be like.
    ///   - key: A key under which the append takes effect once.
    ///   - metadata: Origin and headers of all of the events.
    /// - Throws: ``AppendConflict`` when the stream is not as expected; ``SchemaError`` when an event does not
    ///   encode; ``StoreError``, ``Overloaded``, ``CommitUnknown``.
    @discardableResult
    public func append(
        _ events: [any Event],
        to stream: StreamID,
        expecting expectation: StreamExpectation = .any,
        key: IdempotencyKey? = nil,
        metadata: EventMetadata = .init()
    ) async throws -> AppendResult {
        let schema = schema
        let data = try events.map { try EventData($0, metadata: metadata, schema: schema) }
        return try await append(Append(data, to: stream, expecting: expectation, key: key))
    }

    /// Appends events to several streams under any conditions: all of them or none.
    ///
    /// ```swift
    /// try await store.append {
    ///     $0.add([Debited(cents: 500)], to: "account-1", expecting: .version(7))
    ///     $0.add([Credited(cents: 500)], to: "account-2", expecting: .exists)
    /// }
    /// ```
    ///
    /// - Parameters:
    ///   - key: A key under which the append takes effect once.
    ///   - metadata: Origin and headers of the events that are added without their own.
    ///   - build: Adds the events and the conditions.
    /// - Throws: What `build` throws; ``AppendConflict`` that names every condition which does not hold;
    ///   ``SchemaError`` when an event does not encode; ``StoreError``, ``Overloaded``, ``CommitUnknown``.
    @discardableResult
    public func append(
        key: IdempotencyKey? = nil,
        metadata: EventMetadata = .init(),
        _ build: (inout AppendBuilder) throws -> Void
    ) async throws -> AppendResult {
        try await append(Append(key: key, metadata: metadata, schema: schema, build))
    }
}

extension WriteTransaction {
    /// Appends events to one stream within this unit.
    ///
    /// - Throws: As ``EventWriting/append(_:)``, and ``SchemaError`` when an event does not encode.
    @discardableResult
    public func append(
        _ events: [any Event],
        to stream: StreamID,
        expecting expectation: StreamExpectation = .any,
        metadata: EventMetadata = .init(),
        schema: SchemaRegistry
    ) throws -> AppendResult {
        let data = try events.map { try EventData($0, metadata: metadata, schema: schema) }
        return try append(Append(data, to: stream, expecting: expectation))
    }

    /// Appends events to several streams under any conditions within this unit.
    ///
    /// - Throws: As ``EventWriting/append(_:)``, and ``SchemaError`` when an event does not encode.
    @discardableResult
    public func append(
        key: IdempotencyKey? = nil,
        metadata: EventMetadata = .init(),
        schema: SchemaRegistry,
        _ build: (inout AppendBuilder) throws -> Void
    ) throws -> AppendResult {
        try append(Append(key: key, metadata: metadata, schema: schema, build))
    }
}
