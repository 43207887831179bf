#if CLI
internal import Edda

/// A number of tasks that append one event after another, each to a stream of its own at the exact version it knows.
struct Callers {
    private let store: SQLiteStore
    private let streams: [StreamID]
    /// How many events each stream has.
    private var versions: [Int]

    init(_ count: Int, on store: SQLiteStore, prefix: String = "c") throws {
        self.store = store
        streams = try (0..<count).map { try StreamID(category: Basket.category, id: "\(prefix)\($0)") }
        versions = Array(repeating: 0, count: count)
    }

    /// Appends `count` events in all.
    mutating func append(_ count: Int) async throws -> Latencies {
        let (latencies, added) = try await Self.run(streams.count, operations: count) {
            [store, streams, versions] caller, number in
            try await store.append(
                [ItemAdded(number)],
                to: streams[caller],
                expecting: .version(versions[caller] + number)
            )
        }
        for (caller, count) in added.enumerated() { versions[caller] += count }
        return latencies
    }

    /// Runs `body` for each caller's operations, one after another; all callers at once.
    ///
    /// - Returns: How long each operation took, and how many each caller did.
    static func run(
        _ callers: Int,
        operations: Int,
        _ body: @escaping @Sendable (_ caller: Int, _ number: Int) async throws -> Void
    ) async throws -> (latencies: Latencies, done: [Int]) {
        let shares = (0..<callers).map { operations / callers + ($0 < operations % callers ? 1 : 0) }
        let latencies = try await withThrowingTaskGroup(of: Latencies.self) { group in
            for (caller, share) in shares.enumerated() {
                group.addTask {
                    let clock = ContinuousClock()
                    var latencies = Latencies()
                    for number in 0..<share {
                        let start = clock.now
                        try await body(caller, number)
                        latencies.add(clock.now - start)
                    }
                    return latencies
                }
            }
            return try await group.reduce(into: Latencies()) { $0.add($1) }
        }
        return (latencies, shares)
    }
}
#endif
