import EddaCore
import EddaTesting
import Synchronization

/// Before each of the first appends somebody else deposits 100.
final class RacingStore: ForwardingStore {
    let base: any Store = InMemoryStore()
    private let races: Mutex<Int>

    init(races: Int) { self.races = Mutex(races) }

    func append(_ append: Append) async throws -> AppendResult {
        let isRace = races.withLock { races in
            defer { races = max(0, races - 1) }
            return races > 0
        }
        if isRace { try await base.append([Deposited(amount: 100)], to: "account-1") }
        return try await base.append(append)
    }
}
