/// How often one schema version of an event type is stored, and where.
public struct EventUsage: Hashable, Sendable {
    /// The wire name.
    public let type: EventType
    /// The version of the data's shape.
    public let schemaVersion: Int
    /// Whether these are Edda's own events (see ``StreamCategory/isReserved``).
    public let isReserved: Bool
    /// How many events there are, from 1.
    public private(set) var count: Int
    /// The position of the first.
    public private(set) var first: Position
    /// The position of the last.
    public private(set) var last: Position

    /// Describes the use of a schema version.
    public init(type: EventType, schemaVersion: Int, isReserved: Bool, count: Int, first: Position, last: Position) {
        self.type = type
        self.schemaVersion = schemaVersion
        self.isReserved = isReserved
        self.count = count
        self.first = first
        self.last = last
    }

    /// Adds what other positions of the store hold of the same schema version.
    public mutating func add(_ other: EventUsage) {
        count += other.count
        first = min(first, other.first)
        last = max(last, other.last)
    }
}
