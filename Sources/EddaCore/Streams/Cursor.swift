/// A place in the events of a store that stays true when the database is restored from a backup.
///
/// A reader outside the store (another service, a search index) keeps the cursor of what it has seen. A bare position
/// would not do: after a restoration the same position may become another event. The cursor carries the generation of
/// the database as well, which goes up with every restoration that the store notices, so that a reader which has seen
/// what the restoration took back is told (``StaleCursor``) instead of silently missing events.
///
/// As text it is `generation:position`, such as `1:1042`.
public struct Cursor: Hashable, Codable, Sendable, LosslessStringConvertible {
    /// The generation of the database, from 1.
    public let generation: Int
    /// Everything up to here has been seen.
    public let position: Position

    /// The cursor of a reader that has seen nothing of any database.
    public static let start = Cursor(generation: 1, position: .start)

    /// A cursor.
    ///
    /// - Parameter generation: From 1; less counts as 1.
    public init(generation: Int, position: Position) {
        self.generation = max(1, generation)
        self.position = position
    }

    /// The cursor of the same generation at another position.
    public func advanced(to position: Position) -> Cursor { Cursor(generation: generation, position: position) }

    /// Reads `generation:position`; `nil` for anything else.
    public init?(_ description: String) {
        let parts = description.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let generation = Self.number(parts[0]), generation >= 1,
            let position = Self.number(parts[1])
        else { return nil }
        self.init(generation: Int(generation), position: Position(position))
    }

    /// Digits alone: no sign, no space.
    private static func number(_ text: Substring) -> Int64? {
        text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ? Int64(text) : nil
    }

    /// Reads the text.
    ///
    /// - Throws: `DecodingError` when it is no cursor.
    public init(from decoder: any Decoder) throws {
        self = try decoder.value(parsedBy: { Cursor($0) }, expecting: "a cursor such as 1:1042")
    }

    /// Writes the text.
    ///
    /// - Throws: What the encoder throws.
    public func encode(to encoder: any Encoder) throws {
        try encoder.encode(text: description)
    }

    /// `generation:position`.
    public var description: String { "\(generation):\(position)" }
}
