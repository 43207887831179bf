#if CLI
internal import Edda

/// All events, decoded to Swift structs and folded.
struct ReplayWorkload: Workload {
    var name: String { "replay" }
    var summary: String { "all events, decoded to Swift structs, folded; times are of an event, over pages of 1,000" }

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
                let (basket, latencies) = try await Self.replay(store, count: count)
                precondition(basket.items > 0)
                return latencies
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

    private static let pageSize = 1_000

    /// Folds the first events of a store.
    static func replay(_ store: SQLiteStore, count: Int) async throws -> (Basket, Latencies) {
        let clock = ContinuousClock()
        var latencies = Latencies()
        var start = clock.now
        var basket = Basket()
        let schema = store.schema
        for try await event in store.subscribe(pageSize: pageSize) {
            try Basket.handlers.apply(event, to: &basket, schema: schema)
            let number = Int(event.position.value)
            if number % pageSize == 0 {
                let end = clock.now
                latencies.add((end - start) / pageSize)
                start = end
            }
            if number >= count { break }
        }
        return (basket, latencies)
    }
}
#endif
