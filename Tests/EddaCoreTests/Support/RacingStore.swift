import EddaCore
import EddaTesting
import Synchronization

/// Before each of the first appends somebody else deposits 100.
final class RacingStore: Store {
    private let store = InMemoryStore()
    private let races: Mutex<Int>

    init(races: Int) { self.races = Mutex(races) }

    var schema: SchemaRegistry { store.schema }
    var time: any TimeSource { store.time }
    var signals: StoreSignals { store.signals }

    func append(_ append: Append) async throws -> AppendResult {
        let isRace = races.withLock { races in
            defer { races = max(0, races - 1) }
            return races > 0
        }
        if isRace { try await store.append([Deposited(amount: 100)], to: "account-1") }
        return try await store.append(append)
    }

    func read<Result: Sendable>(
        _ body: @escaping @Sendable (any ReadTransaction) throws -> Result
    ) async throws -> Result {
        try await store.read(body)
    }

    func write<Result: Sendable>(
        _ body: @escaping @Sendable (any WriteTransaction) throws -> Result
    ) async throws -> Result {
        try await store.write(body)
    }

    func install(_ hook: any AppendHook) async throws { try await store.install(hook) }
    func close() async { await store.close() }
}
