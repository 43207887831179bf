/// What travels between services: a CloudEvent (version 1.0) and where it goes.
///
/// The attributes follow the CloudEvents specification and its partitioning and distributed tracing extensions; the
/// rest are extensions of Edda.
public struct Message: Hashable, Sendable {
    /// Unique for this sending; a repeated sending has an id of its own.
    public var id: String
    /// Who sent it, a URI reference such as `/orders`.
    public var source: String
    /// What it is.
    public var type: MessageType
    /// The participant or service it goes to.
    public var destination: Address
    /// What it is about, within the source.
    public var subject: String?
    /// When it was made.
    public var time: Timestamp
    /// The media type of the data.
    public var dataContentType: String?
    /// The schema of the data, a URI.
    public var dataSchema: String?
    /// The trace context's `traceparent`.
    public var traceParent: String?
    /// The trace context's `tracestate`.
    public var traceState: String?
    /// Messages with the same key to the same destination are first delivered in the order in which they were
    /// committed.
    public var partitionKey: String
    /// The conversation that it is part of.
    public var correlationID: String?
    /// The message or event that caused it.
    public var causationID: String?
    /// Where the answer goes.
    public var replyTo: Address?
    /// When an answer no longer matters.
    public var deadline: Timestamp?
    /// The key under which the receiver executes it once.
    ///
    /// Re-sendings and duplicates share it.
    public var idempotencyKey: String
    /// The idempotency key of the command that this one undoes.
    public var compensates: String?
    /// Whether it takes its command back: it does not ask for the command to be executed, but for what became of it.
    ///
    /// It has the command's own idempotency key. A participant answers what it has in its inbox; a command that is not
    /// there is kept out from then on, so that no other copy of it is executed.
    public var isWithdrawal = false
    /// When the first message with this idempotency key was made; in a compensation that names what it undoes, when
    /// that was first sent.
    public var firstSent: Timestamp?
    /// How a command ended, in replies: `succeeded`, `rejected`, `failed`, `failed-for-good` or `expired`.
    public var outcome: String?
    /// The content.
    public var data: [UInt8]

    /// A message.
    public init(
        id: String,
        source: String,
        type: MessageType,
        destination: Address,
        time: Timestamp,
        partitionKey: String,
        idempotencyKey: String,
        dataContentType: String? = nil,
        data: [UInt8]
    ) {
        self.id = id
        self.source = source
        self.type = type
        self.destination = destination
        self.time = time
        self.partitionKey = partitionKey
        self.idempotencyKey = idempotencyKey
        self.dataContentType = dataContentType
        self.data = data
    }
}
