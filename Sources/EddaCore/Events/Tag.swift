/// A word attached to an event by which it can be found across streams: `student:s-42`, `course:c-7`.
public struct Tag: Name {
    /// "tag".
    public static let kind = "tag"
    /// The text of the name.
    public let rawValue: String
    /// Wraps a text that is known to be valid.
    public init(unchecked text: String) { rawValue = text }
}
