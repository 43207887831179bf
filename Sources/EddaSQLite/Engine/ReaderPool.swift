internal import EddaCore
internal import Synchronization

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

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
        /// Who has used it last; set and read under the pool's lock.
        var thread: UInt = 0

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
    private static let idleLimit = max(4, Processors.count)

    init(_ configuration: SQLiteStore.Configuration, path: String, time: any TimeSource, gate: SyncGate?) {
        self.time = time
        self.path = path
        vfs = configuration.vfs
        patience = min(configuration.lockTimeout, .seconds(5))
        self.gate = gate
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
        let thread = Self.thread
        let (reader, isClosed) = state.withLock { state in
            // What this thread has used last, its core has still in its cache: pages, statements, counts of references.
            if let own = state.idle.lastIndex(where: { $0.thread == thread }) {
                state.idle.swapAt(own, state.idle.count - 1)
            }
            return (state.idle.popLast(), state.isClosed)
        }
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
                time: time,
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

    /// A number that no other running thread has.
    private static var thread: UInt {
        #if canImport(Glibc)
        UInt(pthread_self())
        #else
        UInt(bitPattern: pthread_self())
        #endif
    }

    private func giveBack(_ reader: Reader) {
        let thread = Self.thread
        state.withLock { state in
            reader.thread = thread
            if !state.isClosed, state.idle.count < Self.idleLimit { state.idle.append(reader) }
        }
    }
}
