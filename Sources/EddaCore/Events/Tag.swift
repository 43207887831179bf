/// A word attached to an event by which it can be found across streams: `student:s-42`, `course:c-7`.
///
/// A tag is mostly made of what an event holds: `var tags: Set<Tag> { ["course:\(course)"] }`. Whether such a text can be a
/// tag shows when the event is appended: one that is empty, too long or holds a control character is refused with a
/// ``StoreError``.
public struct Tag: Name, ExpressibleByStringInterpolation {
    /// "tag".
    public static let kind = "tag"
    /// The text of the name.
    public let rawValue: String
    /// Wraps a text that is known to be valid.
    public init(unchecked text: String) { rawValue = text }
    /// Makes a tag of a text with values in it, to be checked when an event that has it is appended.
    public init(stringInterpolation text: DefaultStringInterpolation) { rawValue = String(stringInterpolation: text) }
}
