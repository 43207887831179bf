/// What a stream holds after a version.
struct StreamTail: Sendable {
    /// The version of the stream, or that of the last event on a full page.
    let version: Int
    /// The events that follow, at most a page of them.
    let events: [RecordedEvent]

    /// Whether a page was not enough.
    let hasMore: Bool

    /// How many events of a stream are read at a time, where long reads belong.
    static let pageSize = 1_000

    /// Reads what follows a version, at most a page of it.
    init(
        of stream: StreamID,
        after version: Int,
        limit: Int = pageSize,
        in transaction: any ReadTransaction
    ) throws {
        if version == 0 {
            events = try transaction.events(in: stream, .forward, versions: 1...Int.max, limit: limit)
            // Unless maintenance has deleted the last one, they tell how far the stream goes.
            self.version =
                try transaction.mayHaveHoles() ? transaction.state(of: stream).version : events.last?.version ?? 0
        } else {
            self.version = try transaction.state(of: stream).version
            events =
                self.version > version
                ? try transaction.events(in: stream, .forward, versions: version + 1...Int.max, limit: limit)
                : []
        }
        hasMore = events.count == limit
    }
}
