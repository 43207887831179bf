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
        let hand = AggregateInHand(aggregate)
        guard try await hand.complete(self) else {
            // The stream has gone back: what is remembered is of a history that is no more.
            store.aggregates.removeAll()
            aggregate = try await replayed()
            return true
        }
        let present = hand.aggregate
        guard present.version > before else { return false }
        aggregate = present
        store.aggregates.keep(aggregate, in: stream)
        return true
    }

    /// The present state without the help of memory.
    func replayed() async throws -> HeldAggregate<State> {
        while true {
            let hand = AggregateInHand(HeldAggregate<State>(epoch: store.aggregates.epoch))
            // The stream may go back between two pages: then it is read anew.
            guard try await hand.complete(self, isNew: true) else { continue }
            let aggregate = hand.aggregate
            store.aggregates.keep(aggregate, in: stream)
            return aggregate
        }
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
