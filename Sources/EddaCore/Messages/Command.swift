/// A request to another service, which answers with a reply or refuses.
///
/// ```swift
/// struct ReserveStock: Command {
///     static let commandType: MessageType = "inventory.reserve-stock"
///     static let destination: Address = "inventory"
///     struct Reply: Codable, Sendable { var reservation: String }
///     var order: String
/// }
/// ```
public protocol Command: Codable, Sendable {
    /// What a successful execution returns.
    associatedtype Reply: Codable & Sendable = NoReply

    /// The wire name.
    static var commandType: MessageType { get }

    /// The participant that executes it.
    static var destination: Address { get }
}

/// The reply of a command that has nothing to say but that it is done.
public struct NoReply: Codable, Hashable, Sendable {
    /// Done.
    public init() {}
}
