import EddaCore
import EddaTesting
import Synchronization

/// A store that lets a test do something before each of its write units, and fail one of them.
final class SteppedStore: ForwardingStore {
    /// When a unit fails.
    enum Moment: CaseIterable, Sendable {
        /// Nothing of it is written.
        case beforeCommit
        /// All of it is written, and the caller does not learn it.
        case afterCommit
    }

    struct InjectedFault: Error {}

    let base: any Store
    private let writes = Mutex(0)
    private let failing: (unit: Int, moment: Moment)?
    private let beforeWrite: @Sendable (Int) async throws -> Void

    /// - Parameters:
    ///   - failing: Which unit fails, from 1, and when.
    ///   - beforeWrite: Called with the number of each unit, from 1, before it is given to the store.
    init(
        _ base: any Store,
        failing: (unit: Int, moment: Moment)? = nil,
        beforeWrite: @escaping @Sendable (Int) async throws -> Void = { _ in }
    ) {
        self.base = base
        self.failing = failing
        self.beforeWrite = beforeWrite
    }

    /// How many units were begun.
    var count: Int { writes.withLock { $0 } }

    func write<Result: Sendable>(
        _ body: @escaping @Sendable (any WriteTransaction) throws -> Result
    ) async throws -> Result {
        let number = writes.withLock { count in
            count += 1
            return count
        }
        try await beforeWrite(number)
        guard let failing, failing.unit == number else { return try await base.write(body) }
        switch failing.moment {
        case .beforeCommit:
            return try await base.write { transaction in
                _ = try body(transaction)
                throw InjectedFault()
            }
        case .afterCommit:
            _ = try await base.write(body)
            throw InjectedFault()
        }
    }
}
