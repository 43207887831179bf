internal import EddaCore
internal import Synchronization

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// The one writer of a database: takes units from a bounded queue and has them committed in groups on its thread.
final class Writer: Sendable {
    private let thread: WorkQueue
    private let queue: Mutex<WriteQueue<WriteUnit>>
    private let holder: SessionHolder
    private let ended = Signal()
    private let groupSize: Int
    private let meter: UnitMeter

    private init(
        thread: WorkQueue,
        holder: SessionHolder,
        queueLimit: Int,
        groupSize: Int,
        meter: UnitMeter
    ) {
        self.meter = meter
        self.thread = thread
        self.holder = holder
        self.groupSize = groupSize
        queue = Mutex(WriteQueue(limit: queueLimit))
    }

    /// How many units wait.
    var waiting: Int { queue.withLock(\.count) }

    /// What there is to do.
    var status: SQLiteStore.UnitStatus {
        var status = meter.status
        status.waiting = waiting
        return status
    }

    /// Opens the database on a thread of the engine.
    static func open(_ settings: WriterSession.Settings, queueLimit: Int, groupSize: Int) async throws -> Writer {
        let thread = EngineThreads.shared.assignWriter()
        let holder: SessionHolder = try await withCheckedThrowingContinuation { continuation in
            thread.submit {
                continuation.resume(with: Result { SessionHolder(try WriterSession(settings)) })
            }
        }
        return Writer(
            thread: thread,
            holder: holder,
            queueLimit: queueLimit,
            groupSize: groupSize,
            meter: settings.meter
        )
    }

    /// Runs a unit and returns when it is committed.
    func write<Value: Sendable>(
        _ body: @escaping @Sendable (any WriteTransaction) throws -> Value
    ) async throws -> Value {
        try await run(TypedWriteUnit(body))
    }

    /// Runs a unit that is nothing but an append, and returns when it is committed.
    func append(_ append: Append) async throws -> AppendResult {
        try await run(AppendUnit(append))
    }

    /// Runs units and returns when each is committed or has failed.
    func write<Value: Sendable>(together bodies: [UnitBatch<Value>.Body]) async -> [Result<Value, any Error>] {
        let batch = UnitBatch<Value>(bodies.count)
        let units = bodies.enumerated().map { BatchedUnit(batch, $0.offset, $0.element) }
        return await withTaskCancellationHandler {
            await withUnsafeContinuation { continuation in
                batch.attach(continuation)
                let admissions = queue.withLock { queue in units.map { queue.add($0) } }
                for (unit, admission) in zip(units, admissions) { act(on: admission, of: unit) }
            }
        } onCancel: {
            for unit in units where unit.withdraw() { unit.fail(CancellationError()) }
        }
    }

    private func run<Value: Sendable>(_ unit: TypedWriteUnit<Value>) async throws -> Value {
        try await withTaskCancellationHandler {
            // Not checked at run time: a unit answers its caller once, which its state sees to.
            try await withUnsafeThrowingContinuation { continuation in
                unit.attach(continuation)
                act(on: queue.withLock { $0.add(unit) }, of: unit)
            }
        } onCancel: {
            if unit.withdraw() { unit.fail(CancellationError()) }
        }
    }

    /// Does what whoever has added a unit to the queue has to do.
    private func act(on admission: WriteQueue<WriteUnit>.Admission, of unit: WriteUnit) {
        switch admission {
        case .wake: wake()
        case .wait: break
        case .refuse(let waiting):
            if unit.withdraw() { unit.fail(Overloaded(waiting: waiting)) }
        case .closed:
            if unit.withdraw() { unit.fail(Self.closedError) }
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
        holder.session.map(gather)
        let (group, isClosed) = queue.withLock { ($0.takeGroup(most: groupSize), $0.isClosed) }
        guard !group.isEmpty, let session = holder.session else {
            holder.session?.unprepare()
            if isClosed {
                holder.close()
                ended.raise()
            }
            return
        }
        let rest = session.process(group) { self.waiting }
        if !rest.isEmpty { queue.withLock { $0.putBack(rest) } }
        if let error = session.lockedOut {
            // Whoever waits has waited for the same lock; to wait anew for each group would have no end.
            let waiting = queue.withLock { $0.count == 0 ? [] : $0.takeGroup(most: $0.count) }
            session.fail(waiting[...], error)
        }
        wake()
    }

    /// Puts the next group off for as long as it pays to wait for those who were answered last.
    private func gather(for session: WriterSession) {
        let before = queue.withLock { $0.isClosed ? Int.max : $0.count }
        let pause = session.pacing.pause(waiting: before)
        guard pause > .zero else { return }
        // Below what a timer can tell, only the processor is given away.
        let isBrief = pause < Self.shortestSleep * 2
        if isBrief, session.pacing.isSure { session.prepare() }
        let clock = ContinuousClock()
        let end = clock.now + pause
        var now = waiting
        while now < session.pacing.expected, clock.now < end {
            if isBrief { sched_yield() } else { usleep(Self.sleepMicroseconds) }
            now = waiting
        }
        session.pacing.paused(from: before, to: now)
    }

    private static let sleepMicroseconds: UInt32 = 20
    /// What a sleep takes at least, with the slack that Linux gives its timers (man7.org, PR_SET_TIMERSLACK).
    private static let shortestSleep = Duration.microseconds(70)
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
