public import EddaCore

/// How far a rebuild has come.
public struct RebuildProgress: Hashable, Sendable {
    /// The projection.
    public let projection: ProjectionName
    /// How many events the build holds, those of an earlier, interrupted run included.
    public let done: Int
    /// How many events it will hold; grows when events are appended meanwhile.
    public let total: Int
    /// Events per second of this run; `nil` before the first.
    public let eventsPerSecond: Double?
    /// How long it will take at this rate; `nil` while there is no rate.
    public let remaining: Duration?
    /// How long this run has taken.
    public let elapsed: Duration

    /// From 0 to 1; 1 when there is nothing to do.
    public var fraction: Double { total == 0 ? 1 : Double(done) / Double(total) }

    /// Describes a state of a rebuild.
    public init(
        projection: ProjectionName,
        done: Int,
        total: Int,
        eventsPerSecond: Double?,
        remaining: Duration?,
        elapsed: Duration
    ) {
        self.projection = projection
        self.done = done
        self.total = total
        self.eventsPerSecond = eventsPerSecond
        self.remaining = remaining
        self.elapsed = elapsed
    }
}
