/// An aggregate on its way from the store to a decision and, after the commit, into memory.
struct HeldAggregate<State: Aggregate>: Sendable {
    /// The state and its version.
    var loaded = Loaded<State>()
    /// The version of the stored snapshot that this program can use; 0 when there is none.
    var snapshotVersion = 0
    /// Whether there is a snapshot that should be usable and is not.
    var mustReplaceSnapshot = false
    /// The epoch of the cache in which it was read.
    let epoch: UInt64

    var version: Int { loaded.version }

    init(epoch: UInt64) { self.epoch = epoch }

    /// Notes that a snapshot of this version was stored.
    mutating func hasSnapshot(at version: Int) {
        snapshotVersion = version
        mustReplaceSnapshot = false
    }

    /// Folds stored events in.
    mutating func apply(_ events: [RecordedEvent], schema: SchemaRegistry) throws {
        try loaded.apply(events, schema: schema)
    }

    /// Folds events in that are being appended after it: their encoded data, as a replay would read it.
    ///
    /// - Throws: ``SchemaError`` when what was encoded does not decode.
    mutating func apply(_ events: [EventData], in stream: StreamID, schema: SchemaRegistry) throws {
        var version = version
        let handlers = State.handlers
        for event in events {
            version += 1
            // Handlers see neither positions nor times.
            let recorded = RecordedEvent(
                position: .start,
                stream: stream,
                version: version,
                recordedAt: Timestamp(microseconds: 0),
                event: event
            )
            try handlers.apply(recorded, to: &loaded.state, schema: schema)
        }
        loaded.version = version
    }
}
