/// The first part of a stream's id, up to its first hyphen: every stream of the aggregate `order` is in
/// the category `order`.
public struct StreamCategory: Name {
    /// "stream category".
    public static let kind = "stream category"
    /// The text of the name.
    public let rawValue: String
    /// Wraps a text that is known to be valid.
    public init(unchecked text: String) { rawValue = text }

    /// A category holds no hyphen, since the first hyphen of a stream id ends it.
    public static func problem(with text: String) -> String? {
        text.utf8.contains(UInt8(ascii: "-")) ? "it holds a hyphen, which ends the category in a stream id" : nil
    }

    /// Whether the category belongs to Edda itself: its name begins with `$`.
    ///
    /// Such streams do not appear in queries over all events unless the query names the category.
    public var isReserved: Bool { rawValue.utf8.first == UInt8(ascii: "$") }
}
