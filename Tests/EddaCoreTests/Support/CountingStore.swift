import EddaCore
import EddaTesting
import Synchronization

/// Counts what is asked of a store.
final class CountingStore: ForwardingStore {
    struct Counts: Hashable {
        var reads = 0
        var writes = 0
        var appends = 0
    }

    let base: any Store
    private let counts = Mutex(Counts())
    private let beforeRead: (@Sendable (_ number: Int) async -> Void)?

    /// - Parameter beforeRead: Called before each read with its number in the present count, from 1.
    init(
        schema: SchemaRegistry = .init(),
        cachedAggregates: Int = 16,
        beforeRead: (@Sendable (_ number: Int) async -> Void)? = nil
    ) {
        base = InMemoryStore(schema: schema, cachedAggregates: cachedAggregates)
        self.beforeRead = beforeRead
    }

    var aggregates: AggregateCache { base.aggregates }

    /// What was asked for while `body` ran.
    func counting(_ body: () async throws -> Void) async rethrows -> Counts {
        counts.withLock { $0 = Counts() }
        try await body()
        return counts.withLock { $0 }
    }

    func append(_ append: Append) async throws -> AppendResult {
        counts.withLock { $0.appends += 1 }
        return try await base.append(append)
    }

    func read<Result: Sendable>(
        _ body: @escaping @Sendable (any ReadTransaction) throws -> Result
    ) async throws -> Result {
        let number = counts.withLock { counts in
            counts.reads += 1
            return counts.reads
        }
        await beforeRead?(number)
        return try await base.read(body)
    }

    func write<Result: Sendable>(
        _ body: @escaping @Sendable (any WriteTransaction) throws -> Result
    ) async throws -> Result {
        counts.withLock { $0.writes += 1 }
        return try await base.write(body)
    }
}
