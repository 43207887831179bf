#if CLI
internal import Edda
internal import EddaCommands

/// How long until one process sees what another has appended, from the moment the other's append returned.
struct ProcessesWorkload: Workload {
    var name: String { "two-processes" }
    var summary: String { "one process appends, another follows: from the append's return to the event's arrival" }

    /// An event that says which it is.
    private struct Sent: Event {
        static let eventType: EventType = "bench.sent"
        var number: Int
    }

    func run(in bench: Bench) async throws -> [BenchRow] {
        let operations = min(bench.operations ?? 500, 2_000)
        let store = try await bench.store("ours")
        let child = try BenchChild([
            "bench", "--appends-to", store.path, "--durability", bench.durability.rawValue, "--operations",
            "\(operations)",
        ])
        _ = try child.receive()
        Memory.resetPeak()
        var (arrivals, appends) = (Latencies(), Duration.zero)
        var total = Duration.zero
        var events = store.subscribe(to: EventQuery(events: Sent.self)).makeAsyncIterator()
        for number in 0..<operations {
            try child.signal()
            guard let event = try await events.next() else { break }
            let seen = BenchChild.nanoseconds()
            let sent = try store.schema.decode(Sent.self, from: event)
            precondition(sent.number == number)
            let (began, returned) = (try child.receive(), try child.receive())
            // The commit is visible before the append returns, so the event may even be seen a little earlier.
            let delay = Duration.nanoseconds(max(0, seen - returned))
            arrivals.add(delay)
            total += delay
            appends += .nanoseconds(returned - began)
        }
        await store.close()
        return [
            BenchRow(
                workload: name,
                operations: operations,
                seconds: total / .seconds(1),
                p50Micros: arrivals.percentile(0.5),
                p99Micros: arrivals.percentile(0.99),
                limit: "the append itself, one caller",
                limitPerSecond: Double(operations) / (appends / .seconds(1)),
                peakRSSMiB: Memory.peakMiB()
            )
        ]
    }

    /// The part of the second process: appends an event whenever it is told to, and tells when it began and was done.
    static func append(to path: String, operations: Int, durability: Durability) async throws {
        var configuration = SQLiteStore.Configuration()
        configuration.durability = durability
        let store = try await SQLiteStore(path: path, configuration: configuration)
        BenchChild.send(0)
        for number in 0..<operations where BenchChild.isSignalled() {
            let began = BenchChild.nanoseconds()
            try await store.append([Sent(number: number)], to: "bench-sent")
            let returned = BenchChild.nanoseconds()
            BenchChild.send(began)
            BenchChild.send(returned)
        }
        await store.close()
    }
}
#endif
