#if CLI
internal import Edda

/// Rows for a raw loop, made beforehand: to each of a number of streams in turn.
struct RawRows {
    private let streams: Int
    private let schema = SchemaRegistry()
    private var versions: [Int64]
    private var rows: [RawLog.Row] = []

    init(streams: Int) {
        self.streams = streams
        versions = Array(repeating: 0, count: streams)
    }

    /// The next rows; made, not measured, by ``prepare(_:)``.
    mutating func take(_ count: Int) -> ArraySlice<RawLog.Row> {
        defer { rows.removeAll() }
        return rows.prefix(count)
    }

    mutating func prepare(_ count: Int) throws {
        for number in 0..<count {
            let stream = number % streams
            versions[stream] += 1
            rows.append(try RawLog.Row(number, stream: stream + 1, version: Int(versions[stream]), schema: schema))
        }
    }
}

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
        var row = try await Turns.measure(
            name,
            operations: operations,
            limit: callers == 1 ? "one insert a transaction" : "\(callers) inserts a transaction",
            ours: { try await ours.append($0) },
            prepare: { try limit.prepare($0) },
            limit: { try limit.append($0) }
        )
        if callers > 1 {
            let single = try RawWriter(bench, "single", streams: 1, batch: 1)
            let count = max(100, operations / 40)
            try single.prepare(count)
            let duration = try ContinuousClock().measure { try single.append(count) }
            row.further.append(("timesSingle", row.perSecond / (Double(count) / (duration / .seconds(1)))))
        }
        await store.close()
        return [row]
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

/// The writing limit of a workload: rows made beforehand, so many a transaction.
final class RawWriter {
    private let log: RawLog
    private let batch: Int
    private var rows: RawRows

    init(_ bench: Bench, _ name: String, streams: Int, batch: Int) throws {
        log = try RawLog(bench.file(name), synchronous: bench.synchronous)
        try log.prepare(streams: (0..<streams).map { "\(Basket.category)-c\($0)" })
        self.batch = batch
        rows = RawRows(streams: streams)
    }

    /// Encodes the rows of the next ``append(_:)``.
    func prepare(_ count: Int) throws { try rows.prepare(count) }

    func append(_ count: Int) throws {
        var rest = rows.take(count)
        while !rest.isEmpty {
            try log.append(rest.prefix(batch))
            rest = rest.dropFirst(batch)
        }
    }
}
#endif
