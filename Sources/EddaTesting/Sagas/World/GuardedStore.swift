internal import EddaCore
internal import Synchronization

/// The store of a service, seen by one process of it, which dies where the fates want it.
final class GuardedStore: ForwardingStore {
    /// How often a service tried to commit, through all of its processes.
    final class Commits: Sendable {
        private let count = Mutex(0)

        func next() -> Int {
            count.withLock { count in
                count += 1
                return count
            }
        }
    }

    /// How a process died.
    struct Death: Sendable {
        let commit: Int
        let isAfterCommit: Bool
        /// For how many milliseconds nobody starts another.
        let pause: Int
    }

    private struct ProcessDied: Error {}

    let base: any Store
    private let service: Address
    private let commits: Commits
    private let fates: SagaFates
    private let journal: SagaJournal
    private let state = Mutex<Death?>(nil)

    init(_ base: any Store, of service: Address, commits: Commits, fates: SagaFates, journal: SagaJournal) {
        self.base = base
        self.service = service
        self.commits = commits
        self.fates = fates
        self.journal = journal
    }

    /// How the process died, if it did.
    var death: Death? { state.withLock { $0 } }

    func read<Result: Sendable>(
        _ body: @escaping @Sendable (any ReadTransaction) throws -> Result
    ) async throws -> Result {
        try checkAlive()
        return try await base.read(body)
    }

    func write<Result: Sendable>(
        _ body: @escaping @Sendable (any WriteTransaction) throws -> Result
    ) async throws -> Result {
        try checkAlive()
        let number = commits.next()
        let effects = fates.at(.commit(service), number)
        for case .crashBefore(let pause) in effects {
            throw die(Death(commit: number, isAfterCommit: false, pause: pause))
        }
        let journal = journal
        let result = try await base.write { transaction in
            journal.beginUnit()
            return try body(transaction)
        }
        journal.commitUnit()
        for case .crashAfter(let pause) in effects {
            throw die(Death(commit: number, isAfterCommit: true, pause: pause))
        }
        return result
    }

    func close() async {}

    private func checkAlive() throws {
        if death != nil { throw ProcessDied() }
    }

    private func die(_ death: Death) -> any Error {
        state.withLock { $0 = death }
        return ProcessDied()
    }
}
