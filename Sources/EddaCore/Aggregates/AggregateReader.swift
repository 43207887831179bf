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
        // What is remembered is thought to be the last or one of the last.
        let (near, progress) = try await store.readBriefly { [stream, schema, aggregate] transaction in
            var aggregate = aggregate
            let limit = Base.briefly
            let progress = try aggregate.catchUp(in: stream, limit: limit, from: transaction, schema: schema)
            return (aggregate, progress)
        }
        guard let present = try await completed(near, progress) else {
            // The stream has gone back: what is remembered is of a history that is no more.
            store.aggregates.removeAll()
            aggregate = try await replayed()
            return true
        }
        guard present.version > before else { return false }
        aggregate = present
        store.aggregates.keep(aggregate, in: stream)
        return true
    }

    /// The present state without the help of memory.
    func replayed() async throws -> HeldAggregate<State> {
        while true {
            let epoch = store.aggregates.epoch
            let (first, progress) = try await store.readBriefly { [stream, schema] transaction in
                var aggregate = HeldAggregate<State>(epoch: epoch)
                try transaction.restoreSnapshot(to: &aggregate, of: stream, schema: schema)
                let limit = Base.briefly
                let progress = try aggregate.catchUp(in: stream, limit: limit, from: transaction, schema: schema)
                return (aggregate, progress)
            }
            // The stream may go back between two pages: then it is read anew.
            guard let aggregate = try await completed(first, progress) else { continue }
            store.aggregates.keep(aggregate, in: stream)
            return aggregate
        }
    }

    /// Folds in what is left of the stream, page by page; `nil` when the stream has gone back.
    private func completed(
        _ aggregate: HeldAggregate<State>,
        _ progress: HeldAggregate<State>.Progress
    ) async throws -> HeldAggregate<State>? {
        var (aggregate, progress) = (aggregate, progress)
        while progress == .more {
            (aggregate, progress) = try await store.read { [stream, schema, aggregate] transaction in
                var aggregate = aggregate
                let progress = try aggregate.catchUp(in: stream, from: transaction, schema: schema)
                return (aggregate, progress)
            }
        }
        return progress == .complete ? aggregate : nil
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
            let events = try await store.events(in: stream, versions: versions, limit: HeldAggregate<State>.pageSize)
            if events.isEmpty { break }
            try aggregate.apply(events, schema: schema)
        }
        return aggregate
    }
}

extension ReadTransaction {
    /// The snapshot of a stream, unless it is ahead of the stream.
    func usableSnapshot(of stream: StreamID) throws -> Snapshot? {
        guard let snapshot = try snapshot(of: stream) else { return nil }
        return try snapshot.version <= state(of: stream).version ? snapshot : nil
    }

    /// Sets a new aggregate to its snapshot, if there is one that can be used.
    func restoreSnapshot<State: Aggregate>(
        to aggregate: inout HeldAggregate<State>,
        of stream: StreamID,
        schema: SchemaRegistry
    ) throws {
        guard let format = State.snapshots.format, let snapshot = try usableSnapshot(of: stream) else { return }
        format.restore(snapshot, to: &aggregate, schema: schema)
    }

    /// The aggregate as this transaction sees it.
    func replay<State: Aggregate>(
        _ aggregate: inout HeldAggregate<State>,
        in stream: StreamID,
        schema: SchemaRegistry
    ) throws {
        if aggregate.version == 0 { try restoreSnapshot(to: &aggregate, of: stream, schema: schema) }
        while true {
            switch try aggregate.catchUp(in: stream, from: self, schema: schema) {
            case .complete: return
            case .more: continue
            case .goneBack: aggregate = HeldAggregate(epoch: aggregate.epoch)
            }
        }
    }
}
