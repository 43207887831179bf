#if CLI
internal import Edda

/// A number of tasks that append one event after another, each to a stream of its own at the exact version it knows.
struct Callers {
    /// What a caller does next.
    struct Turn: Sendable {
        /// Which event it is, for what stands in it.
        var number: Int
        /// The caller's stream.
        var stream: StreamID
        /// The version that the stream has.
        var version: Int
    }

    /// One append.
    typealias Operation = @Sendable (SQLiteStore, Turn) async throws -> Void

    /// Appends an item and nothing else.
    static let appendItem: Operation = { store, turn in
        try await store.append([ItemAdded(turn.number)], to: turn.stream, expecting: .version(turn.version))
    }

    private let store: SQLiteStore
    private let streams: [StreamID]
    private let operation: Operation
    /// How many events each stream has.
    private var versions: [Int]

    init(
        _ count: Int,
        on store: SQLiteStore,
        prefix: String = "c",
        _ operation: @escaping Operation = Callers.appendItem
    ) throws {
        self.store = store
        self.operation = operation
        streams = try (0..<count).map { try StreamID(category: Basket.category, id: "\(prefix)\($0)") }
        versions = Array(repeating: 0, count: count)
    }

    /// Appends `count` events in all.
    mutating func append(_ count: Int) async throws -> Latencies {
        let (latencies, added) = try await Self.run(streams.count, operations: count) {
            [store, streams, versions, operation] caller, number in
            let turn = Turn(number: number, stream: streams[caller], version: versions[caller] + number)
            try await operation(store, turn)
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
