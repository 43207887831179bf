#if CLI
internal import Edda

/// All events in the order of positions, as bytes.
struct ScanWorkload: Workload {
    var name: String { "scan" }
    var summary: String { "all events, bytes only; times are of an event, over pages of 1,000" }

    func run(in bench: Bench) async throws -> [BenchRow] {
        let events = min(bench.operations ?? 500_000, 500_000) / 8
        bench.progress("writing \(events) events")
        var bulk = try BulkStore(bench.file("ours"))
        try bulk.grow(to: events / 10 * 10)
        let store = try await bench.store("ours")
        let reader = try RawReader(bulk.path)
        var checksum = 0
        let row = try await Turns.measure(
            name,
            operations: bulk.count * Turns.rounds,
            limit: "one select over everything, all columns",
            ours: { count in
                let clock = ContinuousClock()
                var latencies = Latencies()
                var after = Position.start
                var left = count
                while left > 0 {
                    let start = clock.now
                    let page = try await store.events(matching: .all, after: after, limit: min(left, 1_000))
                    guard let last = page.events.last else { break }
                    after = last.position
                    left -= page.events.count
                    latencies.add((clock.now - start) / page.events.count)
                }
                try BenchFailure.unless(left == 0, "\(left) of \(count) events were not there.")
                return latencies
            },
            limit: { count in checksum &+= try reader.readAll(limit: count) }
        )
        try BenchFailure.unless(checksum != 0, "The limit has read nothing.")
        await store.close()
        return [row]
    }
}
#endif
