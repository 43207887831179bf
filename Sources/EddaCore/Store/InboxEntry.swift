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
        /// Its compensation arrived first, so the message itself is refused when it comes.
        case tombstone
    }

    /// An entry.
    public init(consumer: String, key: String, state: State, recordedAt: Timestamp) {
        self.consumer = consumer
        self.key = key
        self.state = state
        self.recordedAt = recordedAt
    }
}
