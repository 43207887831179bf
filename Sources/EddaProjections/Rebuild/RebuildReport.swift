public import EddaCore

/// What a rebuild did.
public struct RebuildReport: Hashable, Sendable {
    /// The projection.
    public let projection: ProjectionName
    /// The version of its definition.
    public let version: Int
    /// The number of the build that is live now.
    public let build: Int
    /// How many events this run applied.
    public let events: Int
    /// From which position an earlier, interrupted build was continued; `nil` when it began from the first event.
    public let resumedFrom: Position?
    /// The position up to which the build held everything when readers were switched over.
    public let position: Position
    /// How long it took, the removal of the old tables included.
    public let elapsed: Duration

    /// Describes a finished rebuild.
    public init(
        projection: ProjectionName,
        version: Int,
        build: Int,
        events: Int,
        resumedFrom: Position?,
        position: Position,
        elapsed: Duration
    ) {
        self.projection = projection
        self.version = version
        self.build = build
        self.events = events
        self.resumedFrom = resumedFrom
        self.position = position
        self.elapsed = elapsed
    }
}
