/// Reads an aggregate: what memory holds of it, else its snapshot, else all of its events; then what follows.
struct AggregateReader<State: Aggregate, Base: Store>: Sendable {
    let store: Base
    let stream: StreamID
    let schema: SchemaRegistry

    init(_ store: Base, _ stream: StreamID) {
        self.store = store
        self.stream = stream
        schema = store.schema
    }

    /// What memory holds; it may be behind.
    func remembered() -> HeldAggregate<State>? { store.aggregates.aggregate(State.self, in: stream) }

    /// The present state.
    func current() async throws -> HeldAggregate<State> {
        guard var aggregate = remembered() else { return try await replayed() }
        try await catchUp(&aggregate)
        return aggregate
    }

    /// Folds in what was appended since.
    ///
    /// - Returns: Whether there was anything.
    @discardableResult
    func catchUp(_ aggregate: inout HeldAggregate<State>) async throws -> Bool {
        let before = aggregate.version
        var tail = try await nearTail(after: before)
        while true {
            guard tail.version >= aggregate.version else {
                // The stream has gone back: what is remembered is of a history that is no more.
                store.aggregates.removeAll()
                aggregate = try await replayed()
                return true
            }
            try aggregate.apply(tail, schema: schema)
            if !tail.hasMore { break }
            tail = try await self.tail(after: aggregate.version)
        }
        guard aggregate.version > before else { return false }
        store.aggregates.keep(aggregate, in: stream)
        return true
    }

    /// The present state without the help of memory.
    func replayed() async throws -> HeldAggregate<State> {
        var aggregate = HeldAggregate<State>(epoch: store.aggregates.epoch)
        let format = State.snapshots.format
        let usesSnapshots = format != nil
        let (snapshot, first) = try await store.readBriefly { [stream] transaction in
            let snapshot = usesSnapshots ? try transaction.usableSnapshot(of: stream) : nil
            let version = snapshot?.version ?? 0
            return (snapshot, try StreamTail(of: stream, after: version, limit: Base.briefly, in: transaction))
        }
        var tail = first
        if let format, let snapshot, !format.restore(snapshot, to: &aggregate, schema: schema) {
            tail = try await self.tail(after: 0)
        }
        while true {
            try aggregate.apply(tail, schema: schema)
            if !tail.hasMore { break }
            tail = try await self.tail(after: aggregate.version)
        }
        store.aggregates.keep(aggregate, in: stream)
        return aggregate
    }

    /// The state as of a moment.
    func replayed(asOf moment: AsOf) async throws -> HeldAggregate<State> {
        var aggregate = HeldAggregate<State>(epoch: 0)
        let format = State.snapshots.format
        let usesSnapshots = format != nil
        let (last, snapshot) = try await store.read { [stream] transaction in
            let last = try transaction.version(of: stream, asOf: moment)
            return (last, usesSnapshots ? try transaction.usableSnapshot(of: stream) : nil)
        }
        if let format, let snapshot, snapshot.version <= last {
            format.restore(snapshot, to: &aggregate, schema: schema)
        }
        while aggregate.version < last {
            let versions = aggregate.version + 1...last
            let events = try await store.events(in: stream, versions: versions, limit: StreamTail.pageSize)
            if events.isEmpty { break }
            try aggregate.apply(events, schema: schema)
        }
        return aggregate
    }

    private func tail(after version: Int) async throws -> StreamTail {
        try await store.read { [stream] in try StreamTail(of: stream, after: version, in: $0) }
    }

    /// What follows a version that is thought to be the last or one of the last.
    private func nearTail(after version: Int) async throws -> StreamTail {
        try await store.readBriefly { [stream] transaction in
            try StreamTail(of: stream, after: version, limit: Base.briefly, in: transaction)
        }
    }
}

extension ReadTransaction {
    /// The snapshot of a stream, unless it is ahead of the stream.
    func usableSnapshot(of stream: StreamID) throws -> Snapshot? {
        guard let snapshot = try snapshot(of: stream) else { return nil }
        return try snapshot.version <= state(of: stream).version ? snapshot : nil
    }

    /// The aggregate as this transaction sees it.
    func replay<State: Aggregate>(
        _ aggregate: inout HeldAggregate<State>,
        in stream: StreamID,
        schema: SchemaRegistry
    ) throws {
        if aggregate.version == 0, let format = State.snapshots.format, let snapshot = try usableSnapshot(of: stream) {
            format.restore(snapshot, to: &aggregate, schema: schema)
        }
        while true {
            let tail = try StreamTail(of: stream, after: aggregate.version, in: self)
            if tail.version < aggregate.version {
                aggregate = HeldAggregate(epoch: aggregate.epoch)
                continue
            }
            try aggregate.apply(tail, schema: schema)
            if !tail.hasMore { return }
        }
    }
}
