/// What must hold for an append to be written.
///
/// All conditions of an append are checked in the same commit that writes it.
public enum AppendCondition: Hashable, Sendable {
    /// The stream is in the expected state.
    ///
    /// The stream need not be one that the append writes.
    case stream(StreamID, StreamExpectation)

    /// No event after a position matches the query: a dynamic consistency boundary.
    ///
    /// Read with the query, decide, and append on the condition that nothing which the decision rests on has happened
    /// since.
    case noMatch(EventQuery, after: Position)
}
