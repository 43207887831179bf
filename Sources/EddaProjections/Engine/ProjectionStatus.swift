public import EddaCore

/// Where a projection stands.
public struct ProjectionStatus: Hashable, Sendable {
    /// In which state a projection is.
    public enum State: String, Hashable, Sendable, CaseIterable {
        /// Readers see it.
        case live
        /// Its first build is under way; readers see nothing yet.
        case building
        /// It has no build.
        case neverRun = "never-run"
        /// It stands still at an event that it cannot get past.
        case failed
    }

    /// Whether a program keeps a projection current.
    public enum Keeper: String, Hashable, Sendable, CaseIterable {
        /// One is at work.
        case running
        /// One was at work, has not ended in good order, and has not been heard of for half a minute: it was killed, or it
        /// hangs.
        case silent
        /// Nobody keeps it current.
        case nobody
    }

    /// The projection.
    public let name: ProjectionName
    /// When its tables follow the events; `nil` when this program does not define the projection.
    public let mode: Projection.Mode?
    /// The version of the rows, or of the definition when there are none.
    public let version: Int
    /// The number of the build that readers see, or of the one under way when there is no other.
    public let build: Int?
    /// How far that build has come.
    ///
    /// It may trail behind events that do not concern the projection.
    public let position: Position
    /// How many events it has yet to handle; `nil` when this program does not define the projection, and so does not
    /// know which concern it.
    public let lag: Int?
    /// How long ago the first event that it has yet to handle was recorded; zero when there is none.
    public let lagTime: Duration?
    /// In which state it is.
    public let state: State
    /// Whether a program keeps it current; `nil` for an inline projection, which is kept current by whoever appends.
    public let keeper: Keeper?
    /// Why it stands still, if it does.
    public let failure: String?
    /// When its build last moved.
    public let updatedAt: Timestamp?
    /// How far a rebuild beside the live build has come, while there is one, running or interrupted.
    public let rebuildPosition: Position?

    /// Whether this program defines the projection.
    public var isKnown: Bool { mode != nil }
}
