public import EddaCore

/// What a handler works with: the transaction, and the command's message.
///
/// Events that it appends and messages that it puts into the outbox carry the conversation and the trace of the command
/// on. It is valid inside the handler that receives it.
public struct HandlerContext {
    /// The transaction that the handler is part of.
    public let transaction: any WriteTransaction
    /// The message that carried the command.
    public let message: Message
    /// Who executes the command.
    public let participant: Address
    private let schema: SchemaRegistry

    init(transaction: any WriteTransaction, message: Message, participant: Address, schema: SchemaRegistry) {
        self.transaction = transaction
        self.message = message
        self.participant = participant
        self.schema = schema
    }

    /// The present moment of the store's time source.
    public var now: Moment { transaction.now }

    /// What appended events carry: the command's conversation, the command as their cause, and its trace context.
    public var metadata: EventMetadata {
        var headers: [String: String] = [:]
        headers["traceparent"] = message.traceParent
        headers["tracestate"] = message.traceState
        return EventMetadata(correlationID: message.correlationID, causationID: message.id, headers: headers)
    }

    /// Appends events to one stream.
    ///
    /// - Throws: `AppendConflict` when the stream is not as expected, `SchemaError` when an event does not encode,
    ///   `StoreError`.
    @discardableResult
    public func append(
        _ events: [any Event],
        to stream: StreamID,
        expecting expectation: StreamExpectation = .any
    ) throws -> AppendResult {
        try transaction.append(events, to: stream, expecting: expectation, metadata: metadata, schema: schema)
    }

    /// Loads an aggregate.
    ///
    /// O(events of the stream).
    ///
    /// - Throws: `InvalidName` when the id makes no stream id, `SchemaError` when an event does not decode,
    ///   `StoreError`.
    public func load<State: Aggregate>(_ type: State.Type, id: String) throws -> Loaded<State> {
        try transaction.load(type, in: StreamID(category: State.category, id: id), schema: schema)
    }

    /// Loads an aggregate, decides, and appends.
    ///
    /// - Throws: What `decide` throws; `InvalidName`, `SchemaError`, `StoreError`.
    @discardableResult
    public func update<State: Aggregate>(
        _ type: State.Type,
        id: String,
        _ decide: (State) throws -> [any Event]
    ) throws -> AppendResult {
        let stream = try StreamID(category: State.category, id: id)
        return try transaction.update(type, in: stream, metadata: metadata, schema: schema, decide)
    }

    /// The rows that a query returns.
    ///
    /// - Throws: `StoreError`.
    public func rows(_ query: SQL) throws -> [SQLRow] { try transaction.rows(query) }

    /// Executes one statement on the caller's own tables.
    ///
    /// - Returns: How many rows it inserted, updated or deleted.
    /// - Throws: `StoreError`.
    @discardableResult
    public func execute(_ statement: SQL) throws -> Int { try transaction.execute(statement) }

    /// Puts a message into the outbox; it is sent after the commit.
    ///
    /// Conversation, cause and trace context are filled in from the command where the message has none.
    ///
    /// - Throws: `StoreError`.
    public func publish(_ message: Message) throws {
        var message = message
        message.correlationID = message.correlationID ?? self.message.correlationID
        message.causationID = message.causationID ?? self.message.id
        message.traceParent = message.traceParent ?? self.message.traceParent
        message.traceState = message.traceState ?? self.message.traceState
        try transaction.enqueue(message)
    }

    /// Puts a further command into the outbox; it is sent after the commit.
    ///
    /// - Parameters:
    ///   - command: The command.
    ///   - idempotencyKey: The key under which it is executed once. It must be the same when the handler is run again,
    ///     so derive it from the handled command: `"\(context.message.idempotencyKey)/notify"`.
    ///   - partitionKey: Messages of one key to one destination are first delivered in order; the handled command's
    ///     key by default.
    ///   - replyTo: Where the answer goes; nowhere by default.
    /// - Throws: `SchemaError` when the command does not encode, `StoreError`.
    public func send(
        _ command: some Command,
        idempotencyKey: String,
        partitionKey: String? = nil,
        replyTo: Address? = nil
    ) throws {
        try publish(
            CommandMessage.make(
                command,
                from: participant,
                idempotencyKey: idempotencyKey,
                partitionKey: partitionKey ?? message.partitionKey,
                replyTo: replyTo,
                time: now.wall,
                schema: schema
            )
        )
    }
}
