/// The id of a stream of events: `order-1042` is stream `1042` of the category `order`.
///
/// Any Unicode text of 1 to 512 UTF-8 bytes without control characters. What stands before the first hyphen is
/// the category; an id without a hyphen is its own category.
public struct StreamID: Name {
    /// "stream id".
    public static let kind = "stream id"
    /// 512 bytes.
    public static let maximumLength = 512
    /// The whole id.
    public let rawValue: String

    /// Wraps a text that is known to be valid.
    public init(unchecked text: String) { rawValue = text }

    /// An id begins with its category, so it does not begin with a hyphen.
    public static func problem(with text: String) -> String? {
        text.utf8.first == UInt8(ascii: "-") ? "it begins with a hyphen, so its category would be empty" : nil
    }

    /// The stream `id` of a category.
    ///
    /// - Throws: ``InvalidName`` when `id` is empty, holds a control character, or makes the whole longer than 512
    ///   UTF-8 bytes.
    public init(category: StreamCategory, id: String) throws(InvalidName) {
        if id.isEmpty { throw InvalidName(kind: Self.kind, text: category.rawValue + "-", reason: "its id is empty") }
        try self.init(validating: "\(category.rawValue)-\(id)")
    }

    /// What stands before the first hyphen, or the whole id.
    public var category: StreamCategory {
        guard let hyphen = rawValue.utf8.firstIndex(of: UInt8(ascii: "-")) else {
            return StreamCategory(unchecked: rawValue)
        }
        return StreamCategory(unchecked: String(rawValue[..<hyphen]))
    }

    /// What stands after the first hyphen, or the whole id where there is none: the key of the aggregate.
    public var key: String {
        guard let hyphen = rawValue.utf8.firstIndex(of: UInt8(ascii: "-")) else { return rawValue }
        return String(rawValue[rawValue.utf8.index(after: hyphen)...])
    }
}
