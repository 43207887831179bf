public import EddaCore
internal import Synchronization

/// A store that lives in memory: the whole of ``Store`` except SQL, without files and threads, for tests.
///
/// It passes the same conformance suite as `SQLiteStore`. A unit runs on the thread of its caller, one after another.
/// What needs SQL (table projections) needs an `SQLiteStore`.
public final class InMemoryStore: Store {
    /// How events become bytes and back.
    public let schema: SchemaRegistry
    /// Where the store takes the time from.
    public let time: any TimeSource
    /// What wakes those who follow the store.
    public let signals = StoreSignals()

    /// States of aggregates that are kept in memory apart from the events.
    public let aggregates: AggregateCache
    private let state: Mutex<MemoryState>

    private let keyRetention: Duration

    /// An empty store.
    ///
    /// - Parameters:
    ///   - schema: How events become bytes and back.
    ///   - time: Where the store takes the time from.
    ///   - keyRetention: How long idempotency keys are kept at least.
    ///   - cachedAggregates: The most states of aggregates that are kept; 0 keeps none.
    public init(
        schema: SchemaRegistry = .init(),
        time: any TimeSource = .system,
        keyRetention: Duration = .seconds(30 * 86_400),
        cachedAggregates: Int = 1_024
    ) {
        aggregates = AggregateCache(limit: cachedAggregates)
        self.schema = schema
        self.time = time
        self.keyRetention = keyRetention
        state = Mutex(MemoryState())
    }

    /// Runs `body` on the present contents; no unit runs meanwhile.
    ///
    /// - Throws: What `body` throws; ``StoreError`` with code `closed`.
    public func read<Result: Sendable>(
        _ body: @escaping @Sendable (any ReadTransaction) throws -> Result
    ) async throws -> Result {
        try state.withLock { state in
            try state.checkOpen()
            return try body(MemoryUnit(state: state, now: time.now(), keyRetention: keyRetention))
        }
    }

    /// Runs `body` as one unit of change, on the caller's thread.
    ///
    /// - Throws: What `body` throws, with nothing written; `CancellationError` when the task is cancelled before the
    ///   unit begins; ``StoreError`` with code `closed`.
    public func write<Result: Sendable>(
        _ body: @escaping @Sendable (any WriteTransaction) throws -> Result
    ) async throws -> Result {
        try Task.checkCancellation()
        let (result, changes) = try state.withLock { state in
            try state.checkOpen()
            let unit = MemoryUnit(state: state, now: time.now(), keyRetention: keyRetention)
            do {
                let result = try body(unit)
                try unit.finish()
                return (result, unit.changes)
            } catch {
                unit.rollBack(to: 0)
                throw error
            }
        }
        raise(changes)
        return result
    }

    /// Appends events under conditions, as a unit of its own.
    ///
    /// - Throws: ``AppendConflict``, and everything that ``write(_:)`` throws.
    public func append(_ append: Append) async throws -> AppendResult {
        try await write { try $0.append(append) }
    }

    /// Adds a hook that runs inside every later transaction that appends.
    ///
    /// - Throws: ``StoreError`` with code `closed`.
    public func install(_ hook: any AppendHook) async throws {
        try state.withLock { state in
            try state.checkOpen()
            state.hooks.append(hook)
        }
    }

    /// Closes the store; those who wait for its signals are woken and find it closed.
    public func close() async {
        state.withLock { $0.isClosed = true }
        signals.raiseAll()
    }

    private func raise(_ changes: MemoryUnit.Changes) {
        if changes.contains(.events) { signals.events.raise() }
        if changes.contains(.outbox) { signals.outbox.raise() }
        if changes.contains(.timers) { signals.timers.raise() }
        if changes.contains(.projections) { signals.projections.raise() }
        if changes.contains(.leases) { signals.leases.raise() }
    }
}
