/// Carries messages between services.
///
/// A transport delivers at least once: what it has reported as sent arrives, perhaps more than once, perhaps late.
/// It reports a message as sent only when the other side has said so.
public protocol Transport: Sendable {
    /// Sends messages and tells for each how it went, in the same order.
    ///
    /// A message that could not be sent is an outcome, not an error; the caller keeps it and tries again.
    ///
    /// - Throws: `CancellationError` when the task is cancelled; then any of the messages may have been sent.
    func send(_ messages: [Message]) async throws -> [SendOutcome]

    /// Begins to receive what is sent to an address.
    ///
    /// - Throws: ``TransportError`` when the address cannot be received from.
    func subscribe(to address: Address) async throws -> any TransportSubscription
}

/// How the sending of one message went.
public enum SendOutcome: Hashable, Sendable {
    /// The other side has it.
    case sent
    /// It may not have arrived; try again later.
    case failed(reason: String)
    /// The other side will never take it, so trying again is of no use.
    case refused(reason: String)
}

/// The receiving end of a transport at one address.
public protocol TransportSubscription: Sendable {
    /// Waits until there is at least one message, and returns up to `limit` of them. Each is to be settled.
    ///
    /// - Returns: The messages; empty when the subscription has been cancelled.
    /// - Throws: `CancellationError` when the task is cancelled, ``TransportError`` when the transport fails.
    func receive(limit: Int) async throws -> [Delivery]

    /// Tells the transport what became of deliveries. A delivery that is never settled comes again.
    func settle(_ settlements: [Settlement]) async

    /// Ends the subscription; unsettled deliveries go back to the transport.
    func cancel() async
}

/// A message as it was received.
public struct Delivery: Hashable, Sendable {
    /// The transport's name for this delivery.
    public let token: UInt64
    /// The message.
    public let message: Message

    /// A delivery.
    public init(token: UInt64, message: Message) {
        self.token = token
        self.message = message
    }
}

/// What became of a delivery.
public struct Settlement: Hashable, Sendable {
    /// The possible fates of a delivery.
    public enum Fate: Hashable, Sendable {
        /// It was dealt with, durably.
        case acknowledged
        /// It was not dealt with and shall come again.
        case handedBack(reason: String)
        /// It can never be dealt with.
        case refused(reason: String)
    }

    /// Which delivery.
    public let token: UInt64
    /// What became of it.
    public let fate: Fate

    /// The fate of a delivery.
    public init(token: UInt64, fate: Fate) {
        self.token = token
        self.fate = fate
    }
}

/// A transport cannot do its work.
public struct TransportError: Error, Hashable, CustomStringConvertible {
    /// A sentence that names the address or the peer, and what to do.
    public let description: String

    /// Describes a failure.
    public init(_ description: String) { self.description = description }
}
