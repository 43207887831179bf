/// What a stream holds after a version.
struct StreamTail: Sendable {
    /// The version of the stream.
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
        // The events do not tell how far the stream goes: maintenance may have deleted the last one.
        self.version = try transaction.state(of: stream).version
        events =
            self.version > version
            ? try transaction.events(in: stream, .forward, versions: version + 1...Int.max, limit: limit)
            : []
        hasMore = events.count == limit
    }
}
