/// A moment in the life of a store or a stream, to look back at.
public enum AsOf: Hashable, Sendable {
    /// After the stream's event with this version.
    case version(Int)
    /// After the event at this position of the store.
    case position(Position)
    /// After the last event that was recorded at or before this time.
    case time(Timestamp)
}
