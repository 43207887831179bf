public import EddaCore

/// How a command becomes a message.
public enum CommandMessage {
    /// The message that carries a command to its participant.
    ///
    /// Each call gives a message with a fresh id. Re-sending a command means to make a new message with the same
    /// idempotency key and the same `firstSent`.
    ///
    /// - Parameters:
    ///   - command: The command.
    ///   - service: Who sends it; becomes the source `/<service>`.
    ///   - idempotencyKey: The key under which the participant executes it once.
    ///   - partitionKey: Messages of one key to one destination are first delivered in the order of their commits.
    ///   - replyTo: Where the answer goes; `nil` when none is wanted.
    ///   - compensates: The idempotency key of the command that this one undoes. Set it only when that command goes, or
    ///     went, to the same destination.
    ///   - time: The wall clock's time.
    ///   - firstSent: When the first message with this idempotency key was made, or for a compensation, the first one
    ///     with the key that it undoes; `nil` means `time`.
    ///   - schema: Encodes the command.
    /// - Throws: `SchemaError` when the command does not encode.
    public static func make<C: Command>(
        _ command: C,
        from service: Address,
        idempotencyKey: String,
        partitionKey: String,
        replyTo: Address? = nil,
        compensates: String? = nil,
        time: Timestamp,
        firstSent: Timestamp? = nil,
        schema: SchemaRegistry
    ) throws(SchemaError) -> Message {
        var message = Message(
            id: EventID.generate(at: time).description,
            source: "/\(service)",
            type: C.commandType,
            destination: C.destination,
            time: time,
            partitionKey: partitionKey,
            idempotencyKey: idempotencyKey,
            dataContentType: schema.codec.contentType,
            data: try schema.encode(command)
        )
        message.replyTo = replyTo
        message.compensates = compensates
        message.firstSent = firstSent ?? time
        return message
    }
}
