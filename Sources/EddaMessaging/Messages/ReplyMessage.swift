public import EddaCore

/// How the outcome of a command becomes a message to whoever asked, and back.
///
/// Every reply that is sent is a message with a fresh id, also when it repeats a stored outcome: brokers swallow
/// repeated ids. Its idempotency key is the command's, so it says which command it answers.
///
/// A compensation that had nothing to undo succeeds with empty data, whatever the type of its reply is. So whoever
/// sends compensations treats the data of their replies as opaque and never decodes it.
public enum ReplyMessage {
    /// The type of every reply.
    public static let type: MessageType = "edda.reply"

    private static let codec = JSONCodec()

    private struct Failure: Codable {
        var reason: String
    }

    /// The reply to a command.
    ///
    /// - Parameters:
    ///   - outcome: How the command ended.
    ///   - command: The command.
    ///   - participant: Who executed it, or refused to.
    ///   - time: The wall clock's time.
    ///   - contentType: The media type of the data of a success; refusals and failures are always JSON.
    /// - Returns: The reply, or `nil` when the command says nowhere to send it.
    public static func make(
        outcome: CommandOutcome,
        to command: Message,
        from participant: Address,
        time: Timestamp,
        contentType: String
    ) -> Message? {
        guard let destination = command.replyTo else { return nil }
        var reply = Message(
            id: EventID.generate(at: time).description,
            source: "/\(participant)",
            type: type,
            destination: destination,
            time: time,
            partitionKey: command.partitionKey,
            idempotencyKey: command.idempotencyKey,
            data: []
        )
        reply.subject = command.type.rawValue
        reply.correlationID = command.correlationID
        reply.causationID = command.id
        reply.traceParent = command.traceParent
        reply.traceState = command.traceState
        reply.dataContentType = codec.contentType
        switch outcome {
        case .succeeded(let data):
            reply.outcome = "succeeded"
            reply.dataContentType = contentType
            reply.data = data
        case .rejected(let rejection):
            reply.outcome = "rejected"
            reply.data = json(rejection)
        case .failed(let reason, let isRetriable):
            reply.outcome = isRetriable ? "failed" : "failed-for-good"
            reply.data = json(Failure(reason: reason))
        case .expired(let reason):
            reply.outcome = "expired"
            reply.data = json(Failure(reason: reason))
        }
        return reply
    }

    /// Reads the outcome from a reply.
    ///
    /// - Throws: ``MessageError`` that names the attribute, or `data`, which is missing or malformed.
    public static func outcome(of reply: Message) throws(MessageError) -> CommandOutcome {
        switch reply.outcome {
        case "succeeded": return .succeeded(reply.data)
        case "rejected": return .rejected(try decode(Rejection.self, from: reply))
        case "failed": return .failed(reason: try decode(Failure.self, from: reply).reason, isRetriable: true)
        case "failed-for-good": return .failed(reason: try decode(Failure.self, from: reply).reason, isRetriable: false)
        case "expired": return .expired(reason: try decode(Failure.self, from: reply).reason)
        case nil: throw MessageError(attribute: "outcome", problem: "is missing")
        case let other?:
            throw MessageError(
                attribute: "outcome",
                problem: "is none of succeeded, rejected, failed, failed-for-good, expired: \"\(other)\""
            )
        }
    }

    private static func decode<T: Decodable>(_ type: T.Type, from reply: Message) throws(MessageError) -> T {
        do {
            return try codec.decode(type, from: reply.data)
        } catch {
            throw MessageError(attribute: "data", problem: "does not decode as a \(type): \(error)")
        }
    }

    private static func json(_ value: some Encodable) -> [UInt8] {
        do {
            return try codec.encode(value)
        } catch {
            preconditionFailure("A struct of strings did not encode as JSON: \(error)")
        }
    }
}
