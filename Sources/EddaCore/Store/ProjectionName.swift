/// The name of a projection: its rows, its checkpoint and its commands are found by it.
public struct ProjectionName: Name {
    /// "projection name".
    public static let kind = "projection name"
    /// The text of the name.
    public let rawValue: String
    /// Wraps a text that is known to be valid.
    public init(unchecked text: String) { rawValue = text }
}
