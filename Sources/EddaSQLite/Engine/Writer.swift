internal import EddaCore
internal import Synchronization

/// The one writer of a database: takes units from a bounded queue and has them committed in groups on its thread.
final class Writer: Sendable {
    private let thread: WorkQueue
    private let queue: Mutex<WriteQueue<WriteUnit>>
    private let holder: SessionHolder
    private let ended = Signal()
    private let groupSize: Int

    private init(thread: WorkQueue, holder: SessionHolder, queueLimit: Int, groupSize: Int) {
        self.thread = thread
        self.holder = holder
        self.groupSize = groupSize
        queue = Mutex(WriteQueue(limit: queueLimit))
    }

    /// How many units wait.
    var waiting: Int { queue.withLock(\.count) }

    /// Opens the database on a thread of the engine.
    static func open(_ settings: WriterSession.Settings, queueLimit: Int, groupSize: Int) async throws -> Writer {
        let thread = EngineThreads.shared.assignWriter()
        let holder: SessionHolder = try await withCheckedThrowingContinuation { continuation in
            thread.submit {
                continuation.resume(with: Result { SessionHolder(try WriterSession(settings)) })
            }
        }
        return Writer(thread: thread, holder: holder, queueLimit: queueLimit, groupSize: groupSize)
    }

    /// Runs a unit and returns when it is committed.
    func write<Value: Sendable>(
        _ body: @escaping @Sendable (any WriteTransaction) throws -> Value
    ) async throws -> Value {
        let unit = TypedWriteUnit(body)
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                unit.attach(continuation)
                switch queue.withLock({ $0.add(unit) }) {
                case .wake: wake()
                case .wait: break
                case .refuse(let waiting):
                    if unit.withdraw() { unit.fail(Overloaded(waiting: waiting)) }
                case .closed:
                    if unit.withdraw() { unit.fail(Self.closedError) }
                }
            }
        } onCancel: {
            if unit.withdraw() { unit.fail(CancellationError()) }
        }
    }

    /// Runs `body` on the writer's thread, between groups.
    func perform<Value: Sendable>(_ body: @escaping @Sendable (WriterSession) throws -> Value) async throws -> Value {
        let holder = holder
        return try await withCheckedThrowingContinuation { continuation in
            thread.submit { continuation.resume(with: Result { try body(holder.open()) }) }
        }
    }

    /// Looks, soon, whether another process has committed.
    func noticeOthers() {
        let holder = holder
        thread.submit { holder.session?.noticeOthers() }
    }

    /// Takes no more units, finishes those that wait, and closes the database.
    func close() async {
        let mustWake = queue.withLock { queue in
            queue.isClosed ? nil : queue.close()
        }
        if mustWake == true { wake() }
        // A task of its own: a cancelled caller, too, returns only when the database is closed.
        _ = try? await Task { try await ended.wait(past: 0) }.value
    }

    static let closedError = StoreError(.closed, "The store has been closed. Open it again to use it.")

    private func wake() {
        thread.submit { [self] in drain() }
    }

    /// One group on the writer's thread; others that share the thread have their turn before the next one.
    private func drain() {
        let (group, isClosed) = queue.withLock { ($0.takeGroup(most: groupSize), $0.isClosed) }
        guard !group.isEmpty, let session = holder.session else {
            if isClosed {
                holder.close()
                ended.raise()
            }
            return
        }
        let rest = session.process(group)
        if !rest.isEmpty { queue.withLock { $0.putBack(rest) } }
        wake()
    }
}

/// The session of a writer, until it is closed.
///
/// `@unchecked Sendable`: it is made on the writer's thread and touched in jobs of that thread's queue only, which run
/// one after another.
final class SessionHolder: @unchecked Sendable {
    private(set) var session: WriterSession?

    init(_ session: WriterSession) { self.session = session }

    func open() throws -> WriterSession {
        guard let session else { throw Writer.closedError }
        return session
    }

    func close() {
        session?.close()
        session = nil
    }
}
