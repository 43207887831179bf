/// What a consumer remembers of a message that it has dealt with, so that a duplicate changes nothing.
public struct InboxEntry: Hashable, Sendable {
    /// Who dealt with it: the name of a participant or of a coordinator.
    public var consumer: String
    /// The idempotency key of the message, qualified by its source: two services may use the same key.
    public var key: String
    /// What was done.
    public var state: State
    /// When.
    public var recordedAt: Timestamp

    /// What was done with a message.
    public enum State: Hashable, Sendable {
        /// It was executed; this is the answer that duplicates get as well.
        case done(CommandOutcome)
        /// Its compensation or its withdrawal arrived first, so the message itself is refused when it comes.
        case tombstone
        /// It was begun and goes on, if need be at the next start: it calls the outside, or waits for what does.
        ///
        /// The message is kept, so that the same call can be made again.
        case started(Message)
        /// It called the outside and failed, so that nobody knows how the call ended.
        ///
        /// Its sender has been told, unless it wants no answer. The same call is made again when the message, or its
        /// compensation, comes again.
        case unresolved(Message, reason: String)

        /// The message, as long as it has no outcome.
        public var openMessage: Message? {
            switch self {
            case .started(let message), .unresolved(let message, _): message
            case .done, .tombstone: nil
            }
        }
    }

    /// Where an entry stands in the order of consumers and keys.
    public struct Place: Hashable, Sendable {
        /// The consumer.
        public var consumer: String
        /// The key.
        public var key: String

        /// A place; without a key, the one before all of the consumer.
        public init(consumer: String, key: String = "") {
            self.consumer = consumer
            self.key = key
        }
    }

    /// Where it stands.
    public var place: Place { Place(consumer: consumer, key: key) }

    /// An entry.
    public init(consumer: String, key: String, state: State, recordedAt: Timestamp) {
        self.consumer = consumer
        self.key = key
        self.state = state
        self.recordedAt = recordedAt
    }
}
