/// One call of ``Store/update(_:id:key:metadata:_:)``.
struct AggregateUpdate<State: Aggregate, Base: Store>: Sendable {
    let reader: AggregateReader<State, Base>
    let key: IdempotencyKey?
    let metadata: EventMetadata
    let decide: @Sendable (State) throws -> [any Event]

    private var store: Base { reader.store }
    private var schema: SchemaRegistry { reader.schema }
    private var stream: StreamID { reader.stream }

    func run() async throws -> AppendResult {
        if let earlier = try await earlierResult() { return earlier }
        var isCurrent = false
        var aggregate: HeldAggregate<State>
        if let remembered = reader.remembered() {
            aggregate = remembered
        } else {
            aggregate = try await reader.replayed()
            isCurrent = true
        }
        var losses = 0
        while losses < LostRace.limit {
            let decision = Result { try decide(aggregate.state) }
            guard let events = try? decision.get(), !events.isEmpty || key != nil else {
                // Nothing will be written that a version could check. What was decided on a state from memory is the
                // answer only if the stream has not moved on.
                if !isCurrent, try await reader.catchUp(&aggregate) {
                    isCurrent = true
                    continue
                }
                // The state may be what another call under the same key has made of it since the key was looked up.
                if let earlier = try await earlierResult() { return earlier }
                _ = try decision.get()
                return AppendResult(positions: nil, versions: [:])
            }
            do {
                return try await append(events, to: aggregate)
            } catch let conflict as AppendConflict {
                if conflict.isForGood {
                    guard events.isEmpty else { throw conflict }
                    // No version holds for an archived stream; within the unit a change of nothing needs none.
                    break
                }
                losses += 1
                try await LostRace.pause(after: losses)
                try await reader.catchUp(&aggregate)
                isCurrent = true
            } catch let error as StoreError where error.code == .keyReused {
                // The same key won the race with other content: its result is the answer.
                if let earlier = try await earlierResult() { return earlier }
                throw error
            }
        }
        return try await decideInUnit(from: aggregate)
    }

    private func earlierResult() async throws -> AppendResult? {
        guard let key else { return nil }
        return try await store.readBriefly { try $0.result(of: key, for: stream) }
    }

    /// Appends on the condition that the stream is at the version of the aggregate.
    private func append(_ events: [any Event], to aggregate: HeldAggregate<State>) async throws -> AppendResult {
        let append = try append(events, after: aggregate.version)
        guard let format = State.snapshots.format, format.isDue(aggregate, adding: events.count),
            var next = folded(append, into: aggregate),
            let snapshot = format.snapshot(of: next, in: stream, schema: schema)
        else {
            let result = try await store.append(append)
            if !result.wasRepeated { remember(folded(append, into: aggregate)) }
            return result
        }
        let result = try await store.write { transaction in
            let result = try transaction.append(append)
            if !result.wasRepeated { try transaction.putSnapshot(snapshot) }
            return result
        }
        if !result.wasRepeated {
            next.hasSnapshot(at: snapshot.version)
            remember(next)
        }
        return result
    }

    /// Reads what is new, decides and appends within one unit, where nobody can come in between.
    private func decideInUnit(from aggregate: HeldAggregate<State>) async throws -> AppendResult {
        let (result, next) = try await store.write { [self] transaction -> (AppendResult, HeldAggregate<State>?) in
            if let key, let earlier = try transaction.result(of: key, for: stream) { return (earlier, nil) }
            var aggregate = aggregate
            let result = try transaction.update(&aggregate, in: stream, schema: schema) { state, version in
                try append(decide(state), after: version)
            }
            return (result, aggregate)
        }
        remember(next)
        return result
    }

    private func append(_ events: [any Event], after version: Int) throws -> Append {
        let data = try events.map { try EventData($0, metadata: metadata, schema: schema) }
        return Append(data, to: stream, expecting: .version(version), key: key)
    }

    /// The aggregate after an append; `nil` when nobody needs it, or when what was encoded does not decode, which the
    /// next reader will be told.
    private func folded(_ append: Append, into aggregate: HeldAggregate<State>) -> HeldAggregate<State>? {
        guard store.aggregates.limit > 0 || State.snapshots.format != nil else { return nil }
        var aggregate = aggregate
        do {
            try aggregate.apply(append.entries.map(\.event), in: stream, schema: schema)
            return aggregate
        } catch {
            return nil
        }
    }

    private func remember(_ aggregate: HeldAggregate<State>?) {
        if let aggregate { store.aggregates.keep(aggregate, in: stream) }
    }
}

extension WriteTransaction {
    /// Brings an aggregate up to date, appends what `decide` makes of it, and a snapshot when one is due.
    ///
    /// - Parameters:
    ///   - aggregate: As of any version; afterwards as of the end of the unit.
    ///   - decide: Makes the append from the state and its version.
    func update<State: Aggregate>(
        _ aggregate: inout HeldAggregate<State>,
        in stream: StreamID,
        schema: SchemaRegistry,
        _ decide: (State, Int) throws -> Append
    ) throws -> AppendResult {
        try replay(&aggregate, in: stream, schema: schema)
        var append = try decide(aggregate.state, aggregate.version)
        // Within the unit nobody comes in between; and an archived stream would refuse a change of nothing, too.
        if append.entries.isEmpty { append.conditions = [] }
        let result = try self.append(append)
        guard !result.wasRepeated else { return result }
        var next = aggregate
        do {
            try next.apply(append.entries.map(\.event), in: stream, schema: schema)
        } catch {
            // What was encoded does not decode; the next reader will be told.
            return result
        }
        if let format = State.snapshots.format, format.isDue(aggregate, adding: append.entries.count),
            let snapshot = format.snapshot(of: next, in: stream, schema: schema)
        {
            try putSnapshot(snapshot)
            next.hasSnapshot(at: snapshot.version)
        }
        aggregate = next
        return result
    }
}

extension ReadTransaction {
    /// The result of the append that used a key, which was to be one to this stream.
    ///
    /// - Throws: ``StoreError`` with code `keyReused` when it wrote to other streams only.
    func result(of key: IdempotencyKey, for stream: StreamID) throws -> AppendResult? {
        try result(of: key)?.requiring(stream, under: key)
    }
}

extension AppendConflict {
    /// Whether no later try can succeed, because a stream was archived.
    fileprivate var isForGood: Bool {
        failures.contains { failure in
            if case .stream(_, _, .archived) = failure { true } else { false }
        }
    }
}
