/// One build of a projection: the physical tables that it fills, and how far it has come.
public struct ProjectionRecord: Hashable, Sendable {
    /// Where a build stands.
    public enum Status: String, Hashable, Sendable, CaseIterable {
        /// It catches up; readers do not see it yet.
        case building
        /// Readers see it, and it is kept current.
        case live
        /// It was replaced; its tables are being removed.
        case retired
    }

    /// The projection.
    public var name: ProjectionName
    /// The number of the build, from 1; each has tables of its own.
    public var build: Int
    /// The version of the projection's definition that it was built with.
    public var version: Int
    /// Where it stands.
    public var status: Status
    /// The last position whose event it holds.
    public var position: Position
    /// The public names of its tables.
    public var tables: [String]
    /// Why it stands still, if it does.
    public var failure: String?
    /// When it was begun.
    public var startedAt: Timestamp
    /// When it last moved.
    public var updatedAt: Timestamp

    /// A row.
    public init(
        name: ProjectionName,
        build: Int,
        version: Int,
        status: Status,
        position: Position,
        tables: [String],
        failure: String? = nil,
        startedAt: Timestamp,
        updatedAt: Timestamp
    ) {
        self.name = name
        self.build = build
        self.version = version
        self.status = status
        self.position = position
        self.tables = tables
        self.failure = failure
        self.startedAt = startedAt
        self.updatedAt = updatedAt
    }
}
