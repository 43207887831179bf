#if CLI
internal import Edda

/// Callers that append one event at a time, exact versions expected, each to a stream of its own.
struct AppendWorkload: Workload {
    let name: String
    let callers: Int
    let operations: Int

    var summary: String {
        callers == 1
            ? "one caller, one event an append"
            : "\(callers) callers, one event an append, exact versions"
    }

    func run(in bench: Bench) async throws -> [BenchRow] {
        let operations = bench.operations ?? operations
        let store = try await bench.store("ours")
        var ours = try Callers(callers, on: store)
        let limit = try RawWriter(bench, "limit", streams: callers, batch: callers)
        let single = callers > 1 ? try SingleInserts(bench) : nil
        var row = try await Turns.measure(
            name,
            operations: operations,
            batch: callers,
            limit: callers == 1 ? "one insert a transaction" : "\(callers) inserts a transaction",
            ours: { try await ours.append($0) },
            prepare: { count in
                try limit.prepare(count)
                try single?.takeTurn(besides: count)
            },
            limit: { try limit.append($0) },
            afterWarmUp: { single?.beginMeasuring() }
        )
        if let single { row.further.append(("timesSingle", row.perSecond / single.perSecond)) }
        await store.close()
        return [row]
    }
}

/// A third side beside ours and the limit: one insert a transaction, in the same rounds.
private final class SingleInserts {
    private let writer: RawWriter
    private var (inserts, spent) = (0, Duration.zero)
    /// It does so many fewer than the others: each waits for the disk alone.
    private static let share = 20

    init(_ bench: Bench) throws { writer = try RawWriter(bench, "single", streams: 1, batch: 1) }

    var perSecond: Double { Double(inserts) / (spent / .seconds(1)) }

    /// Forgets the turn that warmed it up.
    func beginMeasuring() { (inserts, spent) = (0, .zero) }

    func takeTurn(besides operations: Int) throws {
        let count = max(10, operations / Self.share)
        try writer.prepare(count)
        spent += try ContinuousClock().measure { try writer.append(count) }
        inserts += count
    }
}

/// One caller that appends a hundred events at a time.
struct BatchWorkload: Workload {
    var name: String { "append-batch" }
    var summary: String { "one caller, \(Self.size) events an append" }
    private static let size = 100

    func run(in bench: Bench) async throws -> [BenchRow] {
        let store = try await bench.store("ours")
        let stream: StreamID = "basket-b"
        let limit = try RawWriter(bench, "limit", streams: 1, batch: Self.size)
        var version = 0
        let row = try await Turns.measure(
            name,
            operations: bench.operations ?? 200_000,
            batch: Self.size,
            timed: "append of \(Self.size) events",
            limit: "\(Self.size) inserts a transaction",
            ours: { count in
                let clock = ContinuousClock()
                var latencies = Latencies()
                for _ in 0..<(count / Self.size) {
                    let start = clock.now
                    let events = (0..<Self.size).map(ItemAdded.init)
                    try await store.append(events, to: stream, expecting: .version(version))
                    version += Self.size
                    latencies.add(clock.now - start)
                }
                return latencies
            },
            prepare: { try limit.prepare($0) },
            limit: { try limit.append($0) }
        )
        await store.close()
        return [row]
    }
}
#endif
