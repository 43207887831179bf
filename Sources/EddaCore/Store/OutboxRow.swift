/// A message that waits in a store to be sent.
public struct OutboxRow: Hashable, Sendable {
    /// Its place in the outbox: rising in the order of commits, never reused.
    public let sequence: Int64
    /// The message.
    public let message: Message
    /// Whether it is ready, held or dead.
    public let state: State
    /// Why the message cannot be read; `nil` when it can, as every message that was accepted.
    ///
    /// ``message`` is then what is left of it, for lists: its destination, its partition key, its data and whatever else is
    /// in order. It is not sent; the pump makes a dead letter of it.
    public let damage: String?

    /// Where a message stands on its way out.
    public enum State: Hashable, Sendable {
        /// It waits for its first sending.
        case ready
        /// It failed and is to be tried again at `due`, or stands behind one that failed (`due` is `nil`).
        case held(attempts: Int, due: Moment?, reason: String?)
        /// Its tries are used up, or it was refused. An operator decides; messages of the same key wait behind it.
        case dead(attempts: Int, reason: String)
    }

    /// A row.
    public init(sequence: Int64, message: Message, state: State, damage: String? = nil) {
        self.sequence = sequence
        self.message = message
        self.state = state
        self.damage = damage
    }
}

/// How many messages stand where in an outbox.
public struct OutboxCounts: Hashable, Sendable {
    /// Waiting for their first sending.
    public var ready: Int
    /// Waiting for another try, or behind one that does.
    public var held: Int
    /// Given up.
    public var dead: Int

    /// Counts.
    public init(ready: Int, held: Int, dead: Int) {
        self.ready = ready
        self.held = held
        self.dead = dead
    }
}
