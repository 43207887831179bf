#if CLI
internal import Edda

/// All events, decoded to Swift structs and folded: on all processors, and on one.
struct ReplayWorkload: Workload {
    var name: String { "replay" }
    var summary: String { "all events, decoded to Swift structs, folded; by a subscription; on one processor" }

    func run(in bench: Bench) async throws -> [BenchRow] {
        let total = (bench.operations ?? 400_000) / BulkStore.eventsPerStream * BulkStore.eventsPerStream
        bench.progress("writing \(total) events")
        var bulk = try BulkStore(bench.file("ours"))
        try bulk.grow(to: total)
        // What was needed to write them is no part of what reading them needs.
        Memory.giveBack()
        bench.progress(summary)
        let store = try await bench.store("ours")
        let reader = try RawReader(bulk.path)
        var rows = [
            try await replay(store, reader, name, operations: total, part: 0.4, by: Replay.load),
            try await replay(store, reader, "replay-subscription", operations: total, part: 0.5, by: Replay.subscribe),
        ]
        #if os(Linux)
        bench.progress("the same on one processor")
        let bound = try await OneProcessor.run {
            try await replay(store, reader, "replay-one-core", operations: total / 2, part: 1, by: Replay.load)
        }
        if let bound { rows.append(bound) }
        #endif
        await store.close()
        return rows
    }

    private func replay(
        _ store: SQLiteStore,
        _ reader: RawReader,
        _ workload: String,
        operations: Int,
        part: Double,
        by way: Replay.Way
    ) async throws -> BenchRow {
        // Each goes on where its last turn ended, so that together the turns read every event once.
        var (ours, limit) = (Position.start, Position.start)
        var (basket, other) = (Basket(), Basket())
        let row = try await Turns.measure(
            workload,
            operations: operations,
            timed: "event, over a turn, or pages of 1,000 of a subscription",
            part: part,
            limit: "one select over everything, decoded by Foundation",
            ours: { count in
                let end = Position(ours.value + Int64(count))
                defer { ours = end }
                return try await way(store, ours, end, &basket)
            },
            limit: { limit = Position(try reader.fold($0, after: limit.value, into: &other)) },
            afterWarmUp: { (ours, limit, basket, other) = (.start, .start, Basket(), Basket()) }
        )
        try Replay.check(basket, other)
        return row
    }
}

/// Events of which nine of ten are of a type that nobody handles, and no JSON: read with the others and passed over, and
/// not asked for at all.
struct MixedReplayWorkload: Workload {
    var name: String { "replay-mixed" }
    var summary: String { "nine of ten events of a type without handler: passed over, and left out by a query" }

    func run(in bench: Bench) async throws -> [BenchRow] {
        // Each turn reads from the first event on.
        let turn = max(10, (bench.operations ?? 640_000) / Turns.rounds / 10 * 10)
        let total = turn * 3
        bench.progress("writing \(total) events, a tenth of them items")
        var bulk = try BulkStore(bench.file("ours"), isMixed: true)
        try bulk.grow(to: total)
        bench.progress(summary)
        let store = try await bench.store("ours")
        let reader = try RawReader(bulk.path)
        var rows: [BenchRow] = []
        for isTyped in [false, true] {
            var (basket, other) = (Basket(), Basket())
            rows.append(
                try await Turns.measure(
                    isTyped ? "replay-mixed-query" : name,
                    operations: (isTyped ? total / 10 : turn) * Turns.rounds,
                    timed: "event, over a turn",
                    part: isTyped ? 1 : 0.5,
                    limit: isTyped
                        ? "one select by the type's index, decoded by Foundation"
                        : "one select over everything, of which Foundation decodes the tenth",
                    ours: { count in
                        // Of ten events that stand together one is an item.
                        let end = Position(Int64(isTyped ? count * 10 : count))
                        let query = isTyped ? EventQuery(events: ItemAdded.self) : .all
                        return try await Replay.load(store, query, upTo: end, events: count, into: &basket)
                    },
                    limit: { _ = try reader.fold($0, after: 0, isTyped: isTyped, into: &other) }
                )
            )
            try Replay.check(basket, other)
        }
        await store.close()
        return rows
    }
}

/// Folds the events of a store.
private enum Replay {
    /// Folds events between two positions into a basket.
    typealias Way = (SQLiteStore, _ after: Position, _ upTo: Position, inout Basket) async throws -> Latencies

    /// Fails unless both sides have folded the same.
    static func check(_ ours: Basket, _ limit: Basket) throws {
        try BenchFailure.unless(
            ours.items > 0 && ours.items == limit.items,
            "Edda has folded \(ours.items) items where the limit has folded \(limit.items)."
        )
    }

    /// By the call that loads a state of everything.
    static func load(
        _ store: SQLiteStore,
        _ start: Position,
        _ end: Position,
        into basket: inout Basket
    ) async throws -> Latencies {
        let count = Int(end.value - start.value)
        return try await load(store, .all, after: start, upTo: end, events: count, into: &basket)
    }

    /// The same of those that match a query.
    ///
    /// - Parameter count: How many events are gone over.
    static func load(
        _ store: SQLiteStore,
        _ query: EventQuery,
        after start: Position = .start,
        upTo end: Position,
        events count: Int,
        into basket: inout Basket
    ) async throws -> Latencies {
        let clock = ContinuousClock()
        let begin = clock.now
        let folded = try await store.load(Basket.self, over: query, after: start, upTo: end)
        var latencies = Latencies()
        latencies.add((clock.now - begin) / max(1, count))
        basket.add(folded.model)
        return latencies
    }

    /// By a loop over a subscription.
    static func subscribe(
        _ store: SQLiteStore,
        _ start: Position,
        _ end: Position,
        into basket: inout Basket
    ) async throws -> Latencies {
        let clock = ContinuousClock()
        let pageSize = 1_000
        let schema = store.schema
        var latencies = Latencies()
        var page = 0
        var begin = clock.now
        for try await event in store.subscribe(after: start, pageSize: pageSize) {
            try Basket.handlers.apply(event, to: &basket, schema: schema)
            page += 1
            if page == pageSize || event.position == end {
                let now = clock.now
                latencies.add((now - begin) / page)
                (begin, page) = (now, 0)
            }
            if event.position == end { break }
        }
        return latencies
    }
}
#endif
