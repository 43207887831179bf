#if CLI
internal import Edda

/// All events, decoded to Swift structs and folded: on all processors, and on one.
struct ReplayWorkload: Workload {
    var name: String { "replay" }
    var summary: String { "all events, decoded to Swift structs, folded; on all processors and on one" }

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
        var rows = [try await replay(store, reader, name, operations: total, part: 0.6)]
        #if os(Linux)
        bench.progress("the same on one processor")
        let bound = try await OneProcessor.run {
            try await replay(store, reader, "replay-one-core", operations: total / 2, part: 1)
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
        part: Double
    ) async throws -> BenchRow {
        // Each goes on where its last turn ended, so that together the turns read every event once.
        var (ours, limit) = (Position.start, Position.start)
        var (basket, other) = (Basket(), Basket())
        let row = try await Turns.measure(
            workload,
            operations: operations,
            timed: "event, over pages of 1,000",
            part: part,
            limit: "one select over everything, decoded by Foundation",
            ours: { try await Replay.run(store, next: $0, after: &ours, into: &basket) },
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
                    timed: "event, over pages of 1,000",
                    part: isTyped ? 1 : 0.5,
                    limit: isTyped
                        ? "one select by the type's index, decoded by Foundation"
                        : "one select over everything, of which Foundation decodes the tenth",
                    ours: { count in
                        var position = Position.start
                        let query = isTyped ? EventQuery(events: ItemAdded.self) : .all
                        return try await Replay.run(store, query, next: count, after: &position, into: &basket)
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
    private static let pageSize = 1_000

    /// Fails unless both sides have folded the same.
    static func check(_ ours: Basket, _ limit: Basket) throws {
        try BenchFailure.unless(
            ours.items > 0 && ours.items == limit.items,
            "Edda has folded \(ours.items) items where the limit has folded \(limit.items)."
        )
    }

    /// Folds the next `count` events that match; there are as many.
    static func run(
        _ store: SQLiteStore,
        _ query: EventQuery = .all,
        next count: Int,
        after position: inout Position,
        into basket: inout Basket
    ) async throws -> Latencies {
        let clock = ContinuousClock()
        var latencies = Latencies()
        let schema = store.schema
        var (left, page) = (count, 0)
        var start = clock.now
        for try await event in store.subscribe(to: query, after: position, pageSize: pageSize) {
            try Basket.handlers.apply(event, to: &basket, schema: schema)
            position = event.position
            left -= 1
            page += 1
            if page == pageSize || left == 0 {
                let end = clock.now
                latencies.add((end - start) / page)
                (start, page) = (end, 0)
            }
            if left == 0 { break }
        }
        return latencies
    }
}
#endif
