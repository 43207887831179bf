/// The name under which a consumer of events keeps how far it has come.
public struct CheckpointName: Name {
    /// "checkpoint name".
    public static let kind = "checkpoint name"
    /// The text of the name.
    public let rawValue: String
    /// Wraps a text that is known to be valid.
    public init(unchecked text: String) { rawValue = text }
}
