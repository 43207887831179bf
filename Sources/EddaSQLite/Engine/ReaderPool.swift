internal import EddaCore
internal import Synchronization

/// The read-only connections of a store.
///
/// They are opened when needed and kept for the next reader.
final class ReaderPool: Sendable {
    private struct State {
        var idle: [Reader] = []
        var isClosed = false
    }

    /// A connection with its memory.
    ///
    /// `@unchecked Sendable`: it is in the list of idle ones or with exactly one job, never both.
    private final class Reader: @unchecked Sendable {
        let connection: Connection
        let memory = ConnectionMemory()
        init(path: String, vfs: String?, patience: Duration) throws {
            connection = try Connection(path: path, access: .reader(patience: patience), vfs: vfs)
        }
    }

    private let path: String
    private let vfs: String?
    private let patience: Duration
    private let time: any TimeSource
    private let gate: SyncGate?
    private let state = Mutex(State())

    /// The most connections that are kept open while nobody reads.
    private static let idleLimit = max(4, EngineThreads.processors)

    init(_ configuration: SQLiteStore.Configuration, path: String, time: any TimeSource, gate: SyncGate?) {
        self.path = path
        vfs = configuration.vfs
        patience = min(configuration.lockTimeout, .seconds(5))
        self.gate = gate
        self.time = time
    }

    /// Runs `body` on a consistent view of the database, on a thread of the engine.
    func read<Value: Sendable>(
        _ body: @escaping @Sendable (SQLiteReadTransaction) throws -> Value
    ) async throws -> Value {
        try Task.checkCancellation()
        return try await withCheckedThrowingContinuation { continuation in
            EngineThreads.shared.readers.submit { [self] in
                continuation.resume(with: Result { try read(with: takeIdle(), body) })
            }
        }
    }

    /// Closes idle connections, and each busy one when its reader is done.
    func close() {
        let idle = state.withLock { state in
            state.isClosed = true
            defer { state.idle = [] }
            return state.idle
        }
        _ = idle
    }

    /// Runs a short `body` on this thread if a connection is open and idle, otherwise on a thread of the engine: opening one
    /// takes a while, and may have to wait for whoever recovers the log.
    func readBriefly<Value: Sendable>(
        _ body: @escaping @Sendable (SQLiteReadTransaction) throws -> Value
    ) async throws -> Value {
        try Task.checkCancellation()
        guard let idle = try takeIdle() else { return try await read(body) }
        return try read(with: idle, body)
    }

    /// - Throws: ``StoreError`` when the store is closed.
    private func takeIdle() throws -> Reader? {
        let (reader, isClosed) = state.withLock { ($0.idle.popLast(), $0.isClosed) }
        if isClosed { throw Writer.closedError }
        return reader
    }

    private func read<Value>(with idle: Reader?, _ body: (SQLiteReadTransaction) throws -> Value) throws -> Value {
        do {
            let reader = try idle ?? Reader(path: path, vfs: vfs, patience: patience)
            let connection = reader.connection
            let transaction = SQLiteReadTransaction(
                connection: connection,
                memory: reader.memory,
                now: time.now(),
                gate: gate
            )
            try connection.statement(.beginRead).run()
            let value: Value
            do {
                value = try body(transaction)
                try connection.statement(.commit).run()
            } catch {
                // A connection that has met a failing disk, or whose transaction cannot be ended, is not used again.
                let isSound = !transaction.hasMetSystem && (error as? SQLiteFailure)?.isOfTheSystem != true
                let isEnded = connection.isAutocommit || (try? connection.execute("ROLLBACK")) != nil
                if isSound, isEnded { giveBack(reader) }
                throw error
            }
            giveBack(reader)
            return value
        } catch let failure as SQLiteFailure {
            throw failure.storeError(path: path)
        }
    }

    private func giveBack(_ reader: Reader) {
        state.withLock { state in
            if !state.isClosed, state.idle.count < Self.idleLimit { state.idle.append(reader) }
        }
    }
}
