/// The words of the plan language.
public enum PlanWord: String, Codable, Hashable, Sendable, CaseIterable {
    /// A command to a participant: `call`, `pivot` or `retriable`.
    case command
    /// An asynchronous step in this process.
    case local
    /// A wait for a signal from outside.
    case awaitSignal = "await-signal"
    /// A pause.
    case sleep
    /// Another saga.
    case child
    /// Branches that go on side by side.
    case parallel
    /// Statements one after another.
    case sequence
    /// A decision on the state.
    case when
    /// Statements for each element of a list.
    case forEach = "for-each"
}
