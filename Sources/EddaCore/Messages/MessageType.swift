/// The wire name of a command or of a message, stored and sent; never derived from a Swift type.
public struct MessageType: Name {
    /// "message type".
    public static let kind = "message type"
    /// The text of the name.
    public let rawValue: String
    /// Wraps a text that is known to be valid.
    public init(unchecked text: String) { rawValue = text }
}
