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

    /// How long an event may take when the time for all of them is up.
    private static let grace = Duration.seconds(5)

    func run(in bench: Bench) async throws -> [BenchRow] {
        let operations = bench.operations ?? 500
        let store = try await bench.store("ours")
        let child = try BenchChild([
            "bench", "--appends-to", store.path, "--durability", bench.durability.rawValue, "--operations",
            "\(operations)",
        ])
        Memory.resetPeak()
        let clock = ContinuousClock()
        let start = clock.now
        let arrivals = try await follow(child, in: store, expected: operations)
        let seconds = (clock.now - start) / .seconds(1)
        await store.close()
        let count = arrivals.delays.count
        return [
            BenchRow(
                workload: name,
                unit: "event",
                timed: "way from the append's return to the event's arrival",
                operations: count,
                seconds: seconds,
                // Each event waits for the one before it.
                isRate: false,
                p50Micros: arrivals.delays.percentile(0.5),
                p99Micros: arrivals.delays.percentile(0.99),
                peakRSSMiB: Memory.peakMiB(),
                further: [
                    ("appendP50Micros", arrivals.appends.percentile(0.5) ?? 0),
                    ("appendP99Micros", arrivals.appends.percentile(0.99) ?? 0),
                ],
                note: count < operations ? "the time was over before \(operations) operations" : nil
            )
        ]
    }

    /// Has the child append one event after another, and waits for each here.
    private func follow(_ child: BenchChild, in store: SQLiteStore, expected: Int) async throws -> Arrivals {
        let (messages, inbox) = AsyncStream.makeStream(of: Arrivals.Message.self)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            defer { group.cancelAll() }
            group.addTask {
                do {
                    for try await event in store.subscribe(to: EventQuery(events: Sent.self)) {
                        let seen = BenchChild.nanoseconds()
                        let sent = try store.schema.decode(Sent.self, from: event)
                        inbox.yield(.arrived(number: sent.number, at: seen))
                    }
                } catch { inbox.yield(.failed("following failed: \(error)")) }
            }
            group.addTask {
                for await report in child.reports { inbox.yield(.said(report)) }
                inbox.yield(.hungUp)
            }
            if let left = TimeShare.current.left {
                group.addTask {
                    try await Task.sleep(for: left)
                    inbox.yield(.timeIsUp)
                    try await Task.sleep(for: Self.grace)
                    inbox.yield(.timeIsOver)
                }
            }
            var arrivals = Arrivals(expected: expected)
            for await message in messages {
                switch arrivals.take(message) {
                case .wait: continue
                case .append: child.signal()
                case .finish: return arrivals
                case .fail(let reason): throw BenchFailure(reason)
                }
            }
            throw CancellationError()
        }
    }

    /// The part of the second process: appends an event whenever it is told to, and tells when it began and was done.
    static func append(to path: String, operations: Int, durability: Durability) async throws {
        do {
            var configuration = SQLiteStore.Configuration()
            configuration.durability = durability
            let store = try await SQLiteStore(path: path, configuration: configuration)
            BenchChild.tell(.ready)
            for number in 0..<operations where BenchChild.isSignalled() {
                let began = BenchChild.nanoseconds()
                try await store.append([Sent(number: number)], to: "bench-sent")
                BenchChild.tell(.appended(began: began, returned: BenchChild.nanoseconds()))
            }
            // Until the last has arrived: to end before is to have failed.
            _ = BenchChild.isSignalled()
            await store.close()
        } catch {
            BenchChild.tell(.failed("\(error)"))
        }
    }
}
#endif
