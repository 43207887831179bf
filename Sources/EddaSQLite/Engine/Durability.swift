/// What a returned commit survives.
public enum Durability: String, Hashable, Sendable, CaseIterable {
    /// A committed unit survives power loss: SQLite syncs the log with every commit (`synchronous = FULL`,
    /// sqlite.org/pragma.html#pragma_synchronous).
    case full
    /// A committed unit survives the end of the process; power loss may take the last units back, in order, and
    /// leaves the database intact (`synchronous = NORMAL`). Messages are sent only after they have been synced.
    case normal

    var synchronous: String {
        switch self {
        case .full: "FULL"
        case .normal: "NORMAL"
        }
    }
}
