#if CLI
internal import Edda

/// What appending and loading cost in small and in large stores, and where the bytes on disk are.
struct GrowthWorkload: Workload {
    var name: String { "growth" }
    var summary: String { "append-64 and load at 0.1, 1 and 10 million events; bytes on disk" }

    private static let sizes = [100_000, 1_000_000, 10_000_000]

    func run(in bench: Bench) async throws -> [BenchRow] {
        for layout in [BulkStore.Layout.streamByStream, .interleaved] {
            for isTagged in [false, true] {
                bench.progress("weighing a store of \(DiskUse.name(layout, isTagged: isTagged))")
                bench.finished(try DiskUse.row(in: bench, layout, isTagged: isTagged))
            }
        }
        let clock = ContinuousClock()
        var bulk = try BulkStore(bench.file("ours"), .interleaved)
        var smallest: (append: Double, load: Double)?
        // Rows are handed over one size late, as the last of them say what is left out.
        var rows: [BenchRow] = []
        // How long the last size took, and by how much it grew.
        var last = (time: Duration.zero, events: 1)
        for size in Self.sizes {
            let growth = size - bulk.count
            let expected = last.time * (Double(growth) / Double(last.events))
            if smallest != nil, clock.now + expected > bench.deadline {
                // Said in the last rows, so that nobody takes them for all there is.
                for index in rows.indices {
                    rows[index].note = "\(size) events were left out for want of time"
                    rows[index].further.append(("leftOutEvents", Double(size)))
                }
                break
            }
            for row in rows { bench.finished(row) }
            rows = []
            let start = clock.now
            bench.progress("growing to \(size) events")
            try bulk.grow(to: size)
            let store = try await bench.store("ours")
            bench.progress("appending and loading at \(size) events")
            var append = try await appending(to: store, size, operations: bench.operations ?? 40_000)
            var load = try await loading(from: store, streams: size / 10, operations: bench.operations ?? 20_000)
            await store.close()
            let base = smallest ?? (append.perSecond, load.perSecond)
            smallest = base
            append.workload += "-\(size)"
            load.workload += "-\(size)"
            append.limitPerSecond = base.append
            load.limitPerSecond = base.load
            rows = [append, load]
            last = (clock.now - start, growth)
        }
        return rows
    }

    private func appending(to store: SQLiteStore, _ size: Int, operations: Int) async throws -> BenchRow {
        var callers = try Callers(64, on: store, prefix: "at-\(size)-")
        return try await measure("growth-append", "event", operations) { _, count in try await callers.append(count) }
    }

    private func loading(from store: SQLiteStore, streams: Int, operations: Int) async throws -> BenchRow {
        // A step that shares no factor with the number of streams visits each once, far from the one before.
        let step = 7_919
        return try await measure("growth-load", "load", operations) { first, count in
            try await Callers.run(1, operations: count) { _, number in
                let basket = try await store.load(Basket.self, id: BulkStore.id((first + number) * step % streams))
                try BenchFailure.unless(
                    basket.version == BulkStore.eventsPerStream,
                    "A stream of \(BulkStore.eventsPerStream) events was loaded in version \(basket.version)."
                )
            }.latencies
        }
    }

    /// Measures what `body` does, which is told with which operation to begin and how many to do.
    ///
    /// It goes on where its warming up has ended, so that what is cold is cold.
    private func measure(
        _ workload: String,
        _ unit: String,
        _ operations: Int,
        _ body: (_ first: Int, _ count: Int) async throws -> Latencies
    ) async throws -> BenchRow {
        let warmUp = max(64, operations / 8)
        _ = try await body(0, warmUp)
        Memory.resetPeak()
        let clock = ContinuousClock()
        let start = clock.now
        let latencies = try await body(warmUp, operations)
        return BenchRow(
            workload: workload,
            unit: unit,
            operations: operations,
            seconds: (clock.now - start) / .seconds(1),
            p50Micros: latencies.percentile(0.5),
            p99Micros: latencies.percentile(0.99),
            limit: "the same at \(Self.sizes[0]) events",
            limitPerSecond: 1,
            peakRSSMiB: Memory.peakMiB()
        )
    }
}
#endif
