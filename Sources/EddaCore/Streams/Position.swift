/// The place of an event among all events of a store: 1 for the first, without gaps, in the order of commits.
///
/// ``start`` stands before the first event, so it is also the head of an empty store and the checkpoint of a
/// consumer that has seen nothing.
public struct Position: Hashable, Comparable, Codable, Sendable, CustomStringConvertible {
    /// The number: 0 or more.
    public let value: Int64

    /// Before the first event.
    public static let start = Position(0)

    /// The position with this number; negative numbers count as ``start``.
    public init(_ value: Int64) { self.value = max(0, value) }

    /// Reads a bare number.
    ///
    /// - Throws: `DecodingError` when it is not an integer.
    public init(from decoder: any Decoder) throws {
        self.init(try decoder.singleValueContainer().decode(Int64.self))
    }

    /// Writes a bare number.
    ///
    /// - Throws: What the encoder throws.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(value)
    }

    /// Orders by number.
    public static func < (left: Position, right: Position) -> Bool { left.value < right.value }

    /// The position `distance` events later.
    public func advanced(by distance: Int) -> Position { Position(value + Int64(distance)) }

    /// The number.
    public var description: String { String(value) }
}
