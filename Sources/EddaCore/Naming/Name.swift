/// A short identifier that is written down once and then stored for good: an event type, a tag, an address.
///
/// Names are checked when they are made. A literal that breaks the rules stops the program where it is
/// written; a name that comes from outside goes through ``init(validating:)`` and throws ``InvalidName``.
public protocol Name:
    RawRepresentable, Hashable, Comparable, Codable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible
where RawValue == String, StringLiteralType == String {
    /// What the name names, for error messages: "event type", "tag".
    static var kind: String { get }

    /// The longest allowed name, in UTF-8 bytes. The shortest is always 1.
    static var maximumLength: Int { get }

    /// What is wrong with `text` beyond its length and control characters, or `nil` when nothing is.
    static func problem(with text: String) -> String?

    /// Wraps a text that is known to be valid.
    init(unchecked text: String)
}

extension Name {
    /// 255 bytes.
    public static var maximumLength: Int { 255 }

    /// No further rule.
    public static func problem(with text: String) -> String? { nil }

    /// Makes a name from text that came from outside the program.
    ///
    /// - Throws: ``InvalidName`` when the text is empty, longer than ``maximumLength`` UTF-8 bytes, holds a
    ///   control character, or breaks a rule of this kind of name.
    public init(validating text: String) throws(InvalidName) {
        if let reason = Self.fault(in: text) {
            throw InvalidName(kind: Self.kind, text: text, reason: reason)
        }
        self.init(unchecked: text)
    }

    /// Makes a name, or returns `nil` when the text breaks a rule.
    public init?(rawValue: String) {
        guard Self.fault(in: rawValue) == nil else { return nil }
        self.init(unchecked: rawValue)
    }

    /// Makes a name from a literal; a literal that breaks a rule is a programming error and traps.
    public init(stringLiteral value: String) {
        if let reason = Self.fault(in: value) {
            preconditionFailure("\(InvalidName(kind: Self.kind, text: value, reason: reason))")
        }
        self.init(unchecked: value)
    }

    /// The name itself.
    public var description: String { rawValue }

    /// Equal names have equal bytes: a composed and a decomposed é, which Swift's strings hold for equal, are two
    /// names, as they are in SQLite.
    public static func == (left: Self, right: Self) -> Bool {
        ExactText(left.rawValue) == ExactText(right.rawValue)
    }

    /// Hashes the UTF-8 bytes.
    public func hash(into hasher: inout Hasher) {
        ExactText(rawValue).hash(into: &hasher)
    }

    /// Orders names by their UTF-8 bytes, as SQLite's BINARY collation does.
    public static func < (left: Self, right: Self) -> Bool {
        ExactText(left.rawValue) < ExactText(right.rawValue)
    }

    /// What is wrong with `text` as a name of this kind; `nil` when nothing is.
    static func fault(in text: String) -> String? {
        let length = text.utf8.count
        if length == 0 { return "it is empty" }
        if length > maximumLength { return "it has \(length) UTF-8 bytes, at most \(maximumLength) are allowed" }
        if text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) { return "it holds a control character" }
        return problem(with: text)
    }
}

/// A text that cannot serve as a name.
public struct InvalidName: Error, Hashable, CustomStringConvertible {
    /// What the text was to name: "event type", "stream id".
    public let kind: String
    /// The text as given.
    public let text: String
    /// Which rule it breaks.
    public let reason: String

    /// Describes a refused name.
    public init(kind: String, text: String, reason: String) {
        self.kind = kind
        self.text = text
        self.reason = reason
    }

    /// One sentence that names the text and the rule.
    public var description: String {
        "\"\(text.prefix(80))\" cannot be \(kind.first.map { "aeiou".contains($0) } == true ? "an" : "a") \(kind): "
            + "\(reason)."
    }
}
