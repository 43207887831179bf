/// An aggregate on its way from the store to a decision and, after the commit, into memory.
///
/// The state is behind a reference, and copied when it is changed while somebody else has it: to hand on a value whose size
/// depends on the state, the runtime would have to be asked for that size at every step.
struct HeldAggregate<State: Aggregate>: Sendable {
    /// A state and its version.
    ///
    /// `@unchecked Sendable`: it is changed only while one value alone refers to it.
    private final class Content: @unchecked Sendable {
        var state: State
        var version: Int

        init(_ state: State, _ version: Int) {
            self.state = state
            self.version = version
        }
    }

    private var content = Content(State(), 0)
    /// The version of the stored snapshot that this program can use; 0 when there is none.
    var snapshotVersion = 0
    /// Whether there is a snapshot that should be usable and is not.
    var mustReplaceSnapshot = false
    /// The epoch of the cache in which it was read.
    let epoch: UInt64

    init(epoch: UInt64) { self.epoch = epoch }

    /// The version of the stream that the state is of.
    var version: Int { content.version }

    var state: State { content.state }

    var loaded: Loaded<State> { Loaded(state: content.state, version: content.version) }

    /// Sets the state as of a version.
    mutating func set(_ state: State, version: Int) { content = Content(state, version) }

    /// Notes that a snapshot of this version was stored.
    mutating func hasSnapshot(at version: Int) {
        snapshotVersion = version
        mustReplaceSnapshot = false
    }

    /// Folds stored events in.
    mutating func apply(_ events: [RecordedEvent], schema: SchemaRegistry) throws {
        guard !events.isEmpty else { return }
        let content = ownContent()
        try State.handlers.apply(events, to: &content.state, version: &content.version, schema: schema)
    }

    /// How many events of a stream are folded in at a time, where long reads belong.
    static var pageSize: Int { 1_000 }

    /// Folds in what follows in the stream, at most a page of it.
    ///
    /// - Throws: ``SchemaError`` when an event does not decode, ``StoreError``.
    mutating func catchUp(
        in stream: StreamID,
        limit: Int = pageSize,
        from transaction: any ReadTransaction,
        schema: SchemaRegistry
    ) throws -> CatchUpProgress {
        var last: Int?
        if version > 0 {
            let present = try transaction.state(of: stream).version
            guard present > version else { return present == version ? .complete : .goneBack }
            last = present
        }
        let content = ownContent()
        let count = try State.handlers.apply(
            in: stream,
            to: &content.state,
            after: &content.version,
            limit: limit,
            from: transaction,
            schema: schema
        )
        if count == limit { return .more }
        // Unless maintenance has deleted the last one, the events tell how far the stream goes.
        if last == nil, try transaction.mayHaveHoles() { last = try transaction.state(of: stream).version }
        if let last { advance(to: last) }
        return .complete
    }

    /// Folds events in that are being appended after it: their encoded data, as a replay would read it.
    ///
    /// - Throws: ``SchemaError`` when what was encoded does not decode.
    mutating func apply(_ events: [EventData], in stream: StreamID, schema: SchemaRegistry) throws {
        var version = version
        // Handlers see neither positions nor times.
        let recorded = events.map { event in
            version += 1
            return RecordedEvent(
                position: .start,
                stream: stream,
                version: version,
                recordedAt: Timestamp(microseconds: 0),
                event: event
            )
        }
        try apply(recorded, schema: schema)
    }

    /// Notes that the stream has come this far, although it has no further event: maintenance has deleted the last one.
    ///
    /// What is decided on the state is appended after this version.
    private mutating func advance(to version: Int) {
        if version > content.version { ownContent().version = version }
    }

    private mutating func ownContent() -> Content {
        if !isKnownUniquelyReferenced(&content) { content = Content(content.state, content.version) }
        return content
    }
}

/// How far a state has come.
enum CatchUpProgress: Sendable {
    /// To the end of the stream.
    case complete
    /// To the end of a page of events.
    case more
    /// Nowhere: the stream is shorter than what was known of it.
    case goneBack
}
