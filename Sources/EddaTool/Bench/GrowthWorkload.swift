#if CLI
internal import Edda

/// What appending and loading cost in small and in large stores, and where the bytes on disk are.
///
/// Half of the streams have their events together, as in `load`; those of the other half stand apart from each other,
/// among those of some thousand streams. By turns a bare loop loads too, which shows what a large file costs by itself.
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
        var bulk = try BulkStore(bench.file("ours"), .alternating)
        // What every row is compared with: the same row of the smallest store.
        var smallest: [Measured] = []
        // Rows are handed over one size late, as the last of them say what is left out.
        var rows: [BenchRow] = []
        // How long the last size took, and by how much it grew.
        var last = (time: Duration.zero, events: 1)
        for size in Self.sizes {
            let growth = size - bulk.count
            let expected = last.time * (Double(growth) / Double(last.events))
            if !smallest.isEmpty, clock.now + expected > bench.deadline {
                // Said in the last rows, so that nobody takes them for all there is.
                for index in rows.indices {
                    rows[index].addNote("\(size) events were left out for want of time")
                    rows[index].further.append(("leftOutEvents", Double(size)))
                }
                break
            }
            for row in rows { bench.finished(row) }
            rows = []
            let start = clock.now
            bench.progress("growing to \(size) events")
            try bulk.grow(to: size)
            // What is measured is not the disk, which the system may have left parts of the file to meanwhile.
            try DatabaseFile.readIn(bulk.path)
            let store = try await bench.store("ours")
            bench.progress("loading and appending at \(size) events")
            let measured = [
                try await loading("growth-load-\(size)", from: store, bulk, isApart: false, bench.operations),
                try await loading("growth-load-apart-\(size)", from: store, bulk, isApart: true, bench.operations),
                try await appending("growth-append-\(size)", to: store, size, bench.operations),
            ]
            await store.close()
            if smallest.isEmpty { smallest = measured }
            rows = zip(measured, smallest).map { $0.row(beside: $1) }
            last = (clock.now - start, growth)
        }
        return rows
    }

    /// A row that is not compared yet.
    private struct Measured {
        let name: String
        let unit: String
        let ours: Side.Result
        var raw: Side.Result?
        let peakRSSMiB: Double?

        func row(beside smallest: Measured) -> BenchRow {
            var row = BenchRow(
                workload: name,
                unit: unit,
                operations: ours.operations,
                seconds: ours.spent / .seconds(1),
                p50Micros: ours.latencies.percentile(0.5),
                p99Micros: ours.latencies.percentile(0.99),
                limit: "the same at \(GrowthWorkload.sizes[0]) events",
                limitPerSecond: smallest.ours.perSecond,
                peakRSSMiB: peakRSSMiB,
                note: ours.note
            )
            row.further = [("cost", smallest.ours.perSecond / ours.perSecond)]
            if let raw, let first = smallest.raw {
                row.further += [("rawPerSecond", raw.perSecond), ("rawCost", first.perSecond / raw.perSecond)]
            }
            return row
        }
    }

    private func appending(
        _ name: String,
        to store: SQLiteStore,
        _ size: Int,
        _ operations: Int?
    ) async throws -> Measured {
        var callers = try Callers(Self.callers, on: store, prefix: "at-\(size)-")
        let side = Side(count: max(1, (operations ?? 40_000) / Self.rounds)) { try await callers.append($0) }
        let results = try await Side.measure(name, [side], rounds: Self.rounds, batch: Self.callers, part: Self.part)
        return Measured(name: name, unit: "event", ours: results[0], peakRSSMiB: Memory.peakMiB())
    }

    private func loading(
        _ name: String,
        from store: SQLiteStore,
        _ bulk: BulkStore,
        isApart: Bool,
        _ operations: Int?
    ) async throws -> Measured {
        let streams = (0..<bulk.count / BulkStore.eventsPerStream).filter { bulk.isInterleaved($0) == isApart }
        // A step that shares no factor with the number of streams visits each once, far from the one before, and goes
        // on where its warming up has ended, so that what is cold is cold.
        let step = 7_919
        let reader = try RawReader(bulk.path)
        var (next, rawNext, checksum) = (0, streams.count / 2, 0)
        let count = max(1, (operations ?? 10_000) / Self.rounds)
        let ours = Side(count: count) { count in
            defer { next += count }
            return try await Callers.run(1, operations: count) { [next] _, number in
                let basket = try await store.load(
                    Basket.self,
                    id: BulkStore.id(streams[(next + number) * step % streams.count])
                )
                try BenchFailure.unless(
                    basket.version == BulkStore.eventsPerStream,
                    "A stream of \(BulkStore.eventsPerStream) events was loaded in version \(basket.version)."
                )
            }.latencies
        }
        let raw = Side(count: count) { count in
            for _ in 0..<count {
                let stream = streams[rawNext * step % streams.count]
                checksum &+= try reader.read(Array("\(Basket.category)-\(BulkStore.id(stream))".utf8))
                rawNext += 1
            }
            return Latencies()
        }
        let results = try await Side.measure(name, [ours, raw], rounds: Self.rounds, part: Self.part)
        try BenchFailure.unless(checksum != 0, "The limit has read nothing.")
        return Measured(name: name, unit: "load", ours: results[0], raw: results[1], peakRSSMiB: Memory.peakMiB())
    }

    private static let callers = 64
    /// How often each side has its turn.
    private static let rounds = 4
    /// Which part of what is left of its time one measurement may take: the larger sizes are to come as well.
    private static let part = 0.15
}
#endif
