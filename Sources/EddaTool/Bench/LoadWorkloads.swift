#if CLI
internal import Edda

/// Aggregates of ten events, never the same one twice in a row of many: read, decode, fold.
struct LoadWorkload: Workload {
    var name: String { "load" }
    var summary: String { "aggregates of 10 events, cold: bytes alone; decoded with one caller and with two" }

    private static let streams = 20_000

    func run(in bench: Bench) async throws -> [BenchRow] {
        bench.progress("writing \(Self.streams * BulkStore.eventsPerStream) events")
        var bulk = try BulkStore(bench.file("ours"))
        try bulk.grow(to: Self.streams * BulkStore.eventsPerStream)
        let store = try await bench.store("ours")
        let reader = try RawReader(bulk.path)
        let operations = bench.operations ?? 40_000
        let ids = try (0..<Self.streams).map { try StreamID(category: Basket.category, id: BulkStore.id($0)) }
        let names = ids.map { Array($0.rawValue.utf8) }
        var (next, limitNext, checksum) = (0, 0, 0)

        let bytes = try await Turns.measure(
            "load-bytes",
            operations: operations,
            unit: "load",
            part: 0.3,
            limit: "one select of 10 rows, all columns",
            ours: { count in
                defer { next += count }
                return try await Callers.run(1, operations: count) { [next] _, number in
                    let events = try await store.events(in: ids[(next + number) % ids.count])
                    try BenchFailure.unless(
                        events.count == BulkStore.eventsPerStream,
                        "A stream of \(BulkStore.eventsPerStream) events was read with \(events.count)."
                    )
                }.latencies
            },
            limit: { count in
                for _ in 0..<count {
                    limitNext += 1
                    checksum &+= try reader.read(names[limitNext % names.count])
                }
            }
        )
        try BenchFailure.unless(checksum != 0, "The limit has read nothing.")
        var rows = [bytes]
        for callers in [1, 2] {
            rows.append(
                try await Turns.measure(
                    callers == 1 ? "load" : "load-2",
                    operations: operations,
                    batch: callers,
                    unit: "load",
                    part: callers == 1 ? 0.5 : 1,
                    limit: "the same select, decoded by Foundation, one caller",
                    ours: { count in
                        defer { next += count }
                        return try await Callers.run(callers, operations: count) { [next] caller, number in
                            let stream = (next + caller * count / callers + number) % Self.streams
                            let basket = try await store.load(Basket.self, id: BulkStore.id(stream))
                            try BenchFailure.unless(
                                basket.version == BulkStore.eventsPerStream,
                                "A stream of \(BulkStore.eventsPerStream) events was loaded in version \(basket.version)."
                            )
                        }.latencies
                    },
                    limit: { count in
                        for _ in 0..<count {
                            limitNext += 1
                            var basket = Basket()
                            try reader.fold(names[limitNext % names.count], into: &basket)
                            try BenchFailure.unless(basket.items > 0, "The limit has folded nothing.")
                        }
                    }
                )
            )
        }
        await store.close()
        return rows
    }
}

/// `update` on aggregates whose state is remembered, by as many callers as `append-64` has.
struct HotWorkload: Workload {
    var name: String { "load-hot" }
    var summary: String { "64 callers, `update` on cached aggregates, beside 64 that append" }

    func run(in bench: Bench) async throws -> [BenchRow] {
        let store = try await bench.store("ours")
        let appending = try await bench.store("limit")
        var limit = try Callers(Self.callers, on: appending)
        let row = try await Turns.measure(
            name,
            operations: bench.operations ?? 80_000,
            batch: Self.callers,
            unit: "update",
            limit: "append-64",
            ours: { count in
                try await Callers.run(Self.callers, operations: count) { caller, number in
                    try await store.update(Basket.self, id: "c\(caller)") { basket in
                        basket.items < .max ? [ItemAdded(number)] : []
                    }
                }.latencies
            },
            limit: { count in _ = try await limit.append(count) }
        )
        await store.close()
        await appending.close()
        return [row]
    }

    private static let callers = 64
}
#endif
