/// A restoration of a database from a backup, as the store noticed it.
public struct Restoration: Hashable, Codable, Sendable {
    /// The generation that began with it, from 2.
    public let generation: Int
    /// Up to here the events are those of the generations before.
    public let head: Position
    /// When it was noticed.
    public let noticedAt: Timestamp

    /// Describes a restoration.
    public init(generation: Int, head: Position, noticedAt: Timestamp) {
        self.generation = generation
        self.head = head
        self.noticedAt = noticedAt
    }
}
