/// Where a message goes: the name of a participant or of a service, as its transport knows it.
public struct Address: Name {
    /// "address".
    public static let kind = "address"
    /// The text of the name.
    public let rawValue: String
    /// Wraps a text that is known to be valid.
    public init(unchecked text: String) { rawValue = text }
}
