#if CLI
internal import Edda

/// All events, decoded to Swift structs and folded.
struct ReplayWorkload: Workload {
    var name: String { "replay" }
    var summary: String { "all events, decoded to Swift structs, folded" }

    func run(in bench: Bench) async throws -> [BenchRow] {
        let events = (bench.operations ?? 800_000) / Turns.rounds
        bench.progress("writing \(events) events")
        var bulk = try BulkStore(bench.file("ours"))
        try bulk.grow(to: events / BulkStore.eventsPerStream * BulkStore.eventsPerStream)
        bench.progress(summary)
        let store = try await bench.store("ours")
        let reader = try RawReader(bulk.path)
        let row = try await Turns.measure(
            name,
            operations: bulk.count * Turns.rounds,
            limit: "one select over everything, decoded by Foundation",
            ours: { count in
                let basket = try await Self.replay(store, count: count)
                precondition(basket.items > 0)
                return Latencies()
            },
            limit: { count in
                var basket = Basket()
                try reader.foldAll(limit: count, into: &basket)
                precondition(basket.items > 0)
            }
        )
        await store.close()
        return [row]
    }

    /// Folds the first events of a store, the next page being read while one is decoded.
    static func replay(_ store: SQLiteStore, count: Int) async throws -> Basket {
        var basket = Basket()
        let schema = store.schema
        for try await event in store.subscribe(pageSize: 1_000) {
            try Basket.handlers.apply(event, to: &basket, schema: schema)
            if event.position.value >= Int64(count) { break }
        }
        return basket
    }
}
#endif
