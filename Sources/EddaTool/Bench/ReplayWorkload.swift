#if CLI
internal import Edda

/// All events, decoded to Swift structs and folded.
struct ReplayWorkload: Workload {
    var name: String { "replay" }
    var summary: String { "all events, decoded to Swift structs, folded; times are of an event, over pages of 1,000" }

    func run(in bench: Bench) async throws -> [BenchRow] {
        let total = (bench.operations ?? 800_000) / BulkStore.eventsPerStream * BulkStore.eventsPerStream
        bench.progress("writing \(total) events")
        var bulk = try BulkStore(bench.file("ours"))
        try bulk.grow(to: total)
        bench.progress(summary)
        let store = try await bench.store("ours")
        let reader = try RawReader(bulk.path)
        // Each goes on where its last turn ended, so that together the turns read every event once.
        var (ours, limit) = (Position.start, Position.start)
        var (basket, other) = (Basket(), Basket())
        let row = try await Turns.measure(
            name,
            operations: total,
            limit: "one select over everything, decoded by Foundation",
            ours: { try await Self.replay(store, next: $0, after: &ours, into: &basket) },
            limit: { limit = Position(try reader.fold($0, after: limit.value, into: &other)) },
            afterWarmUp: { (ours, limit, basket, other) = (.start, .start, Basket(), Basket()) }
        )
        precondition(basket.items > 0 && basket.items == other.items)
        await store.close()
        return [row]
    }

    private static let pageSize = 1_000

    /// Folds the next events of a store.
    private static func replay(
        _ store: SQLiteStore,
        next count: Int,
        after position: inout Position,
        into basket: inout Basket
    ) async throws -> Latencies {
        let clock = ContinuousClock()
        var latencies = Latencies()
        let schema = store.schema
        let last = position.value + Int64(count)
        var start = clock.now
        for try await event in store.subscribe(after: position, pageSize: pageSize) {
            try Basket.handlers.apply(event, to: &basket, schema: schema)
            position = event.position
            if position.value % Int64(pageSize) == 0 {
                let end = clock.now
                latencies.add((end - start) / pageSize)
                start = end
            }
            if position.value >= last { break }
        }
        return latencies
    }
}
#endif
