internal import CSQLite
internal import EddaCore

/// The writer's connection and everything it remembers.
///
/// Confined to the writer's thread.
final class WriterSession {
    /// What a session needs to know.
    struct Settings: Sendable {
        var path: String
        var durability: Durability
        var lockTimeout: Duration
        var checkpointPages: Int
        var maximumSize: Int64?
        var time: any TimeSource
        var signals: StoreSignals
        /// States in memory; dropped when somebody else has written.
        var aggregates: AggregateCache
        /// Holds messages back until they are on disk; `nil` when every commit is.
        var gate: SyncGate?
        /// Counts units that run too long.
        var meter: UnitMeter
        /// What is known of the write-ahead log.
        var gauge: WALGauge
        /// The VFS through which SQLite reaches the file; `nil` for the system's.
        var vfs: String?
        /// The longest that a group goes on taking units.
        var groupTime: Duration
        /// The most bytes that a group writes before it is ended.
        var groupBytes: Int
        /// How long idempotency keys are kept at least.
        var keyRetention: Duration

        /// How many pages of the log are kept as a file when the log starts anew.
        var keptLogPages: Int { checkpointPages * 16 }
    }

    let settings: Settings
    let lock: FileLock
    let notify: NotifyFile
    var connection: Connection
    var memory = ConnectionMemory()
    var effects = SQLiteWriteTransaction.Effects(head: 0, recordedAt: 0)
    var boot = ""
    /// The version of the file that memory agrees with, and the one that followers have been told of.
    var dataVersion: Int64 = 0
    var announcedVersion: Int64 = 0
    var marker: Int64 = 0
    private var random = RandomStock()
    /// Whether the lock is held and a transaction has begun for a group that has yet to come.
    private var isPrepared = false
    /// Why the last group could not begin, if that was for somebody who holds the lock.
    private(set) var lockedOut: (any Error)?
    var generation: Int64 = 1
    var nextCheckpoint: Int
    private(set) var hooks: [any AppendHook] = []
    /// How long to wait for the callers of the last group before the next one begins.
    var pacing = GroupPacing()

    /// Opens or creates the database and brings it to the present format.
    init(_ settings: Settings) throws {
        self.settings = settings
        let lock = try FileLock(path: settings.path + ".lock")
        self.lock = lock
        try lock.lock(within: settings.lockTimeout)
        defer { lock.unlock() }
        notify = NotifyFile(path: settings.path + ".notify")
        nextCheckpoint = settings.checkpointPages
        do {
            connection = try Self.open(settings)
            settings.gauge.follow(connection)
            try beginTransaction()
            let mark = try noticeRestoration()
            try connection.execute("COMMIT")
            notify.begin(mark)
            openGate()
        } catch let failure as SQLiteFailure {
            throw failure.storeError(path: settings.path)
        }
    }

    /// Lets all messages go that are committed, whoever committed them.
    func openGate() {
        guard let gate = settings.gate,
            let last = try? connection.integer("SELECT coalesce(max(sequence), 0) FROM edda_outbox")
        else { return }
        gate.open(upTo: last, sync: connection.syncLog)
    }

    func install(_ hook: any AppendHook) { hooks.append(hook) }

    // MARK: Groups

    /// Takes the lock and begins the transaction of a group that is expected at any moment, so that its caller need not
    /// wait for that.
    ///
    /// It waits for nobody. What goes wrong is found again, and told, when the group begins. Either
    /// ``process(_:waiting:)`` or ``unprepare()`` follows soon.
    func prepare() {
        guard !isPrepared, lock.tryLock() else { return }
        do {
            try connection.statement(.begin).run()
            try catchUp()
            isPrepared = true
        } catch {
            abandon()
            lock.unlock()
        }
    }

    /// Ends what ``prepare()`` began, for no group has come.
    func unprepare() {
        guard isPrepared else { return }
        isPrepared = false
        do { try connection.statement(.commit).run() } catch { abandon() }
        lock.unlock()
    }

    /// Commits a group of units and answers their callers.
    ///
    /// - Parameter waiting: How many further units wait at that moment.
    /// - Returns: The units that did not fit into the group's time.
    func process(_ units: [WriteUnit], waiting: () -> Int) -> ArraySlice<WriteUnit> {
        lockedOut = nil
        do {
            if !isPrepared { try lock.lock(within: settings.lockTimeout) }
        } catch {
            lockedOut = error
            fail(units[...], error)
            return []
        }
        defer { lock.unlock() }
        var remaining = units[...]
        do {
            var group = try begin()
            let clock = ContinuousClock()
            var now = clock.now
            let deadline = now + settings.groupTime
            while let unit = remaining.first {
                if group.hasRun, now >= deadline || group.bytes >= settings.groupBytes { break }
                remaining = remaining.dropFirst()
                guard unit.begin() else { continue }
                let lost = group.run(unit, isAlone: units.count == 1)
                let ended = clock.now
                settings.meter.note(ended - now, of: unit, limit: settings.groupTime)
                now = ended
                if let lost {
                    abandon()
                    if group.hasRun {
                        for innocent in group.units { processAlone(innocent) }
                        // Its error may rest on what one of them wrote, which is committed only now, or not at all.
                        processAlone(unit)
                    } else {
                        unit.fail(lost)
                    }
                    group = try begin()
                }
            }
            finish(group) { waiting() + remaining.count }
        } catch {
            if let error = error as? StoreError, error.code == .locked { lockedOut = error }
            fail(remaining, error)
            return []
        }
        checkpointIfDue()
        return remaining
    }

    /// Commits one unit in a transaction of its own: what is left to do when its group was lost for the fault of another.
    func processAlone(_ unit: WriteUnit) {
        do {
            var group = try begin()
            if let lost = group.run(unit, isAlone: true) {
                abandon()
                unit.fail(lost)
                return
            }
            finish(group, isRetry: true)
        } catch {
            unit.fail(error)
        }
    }

    private func begin() throws -> WriteGroup {
        do {
            if !isPrepared { try beginTransaction() }
            isPrepared = false
        } catch {
            abandon()
            throw (error as? SQLiteFailure)?.storeError(path: settings.path) ?? error
        }
        let transaction = SQLiteWriteTransaction(
            connection: connection,
            memory: memory,
            time: settings.time,
            now: settings.time.now(),
            effects: effects,
            boot: boot,
            hooks: hooks,
            keyRetention: settings.keyRetention
        )
        return WriteGroup(transaction: transaction)
    }

    /// Begins a transaction and makes sure that what is remembered is what the file says.
    private func beginTransaction() throws {
        try beginImmediate()
        try catchUp()
    }

    /// Drops what is remembered if another process has written since, or the machine has started anew.
    private func catchUp() throws {
        let version = try dataVersionNow()
        let now = settings.time.now()
        if version != dataVersion || boot.isEmpty {
            memory = ConnectionMemory()
            settings.aggregates.removeAll()
            try readLog()
            dataVersion = version
            // With a gate the watcher still has to see it: it lets the messages of other processes go.
            if settings.gate == nil { announcedVersion = version }
            settings.signals.raiseAll()
        }
        if boot != now.boot { try rebase(to: now) }
    }

    /// `BEGIN IMMEDIATE`, waiting for at most the lock timeout for a process that writes without Edda.
    func beginImmediate() throws {
        var patience = Patience(settings.lockTimeout)
        while let failure = try beginUnlessBusy() {
            guard !patience.isOver() else {
                throw LockHolder.error(path: settings.path, limit: settings.lockTimeout, failure: failure)
            }
            sqlite3_sleep(1)
        }
    }

    /// - Returns: Why the transaction has not begun, if somebody else has the lock.
    private func beginUnlessBusy() throws(SQLiteFailure) -> SQLiteFailure? {
        do {
            try connection.statement(.begin).run()
            return nil
        } catch  where error.code == SQLITE_BUSY {
            return error
        }
    }

    func dataVersionNow() throws -> Int64 {
        let statement = try connection.statement(.dataVersion)
        defer { statement.reset() }
        return try statement.step() ? statement.integer(0) : 0
    }

    func readLog() throws {
        let statement = try connection.statement(.log)
        defer { statement.reset() }
        guard try statement.step() else {
            throw StoreError(.corrupt, "\(settings.path) has lost its log row. Restore it from a backup.")
        }
        let last = try lastTaken()
        guard last <= statement.integer(0) else {
            throw StoreError.logIsBehind(head: Position(statement.integer(0)), last: Position(last))
        }
        effects.head = statement.integer(0)
        effects.recordedAt = statement.integer(1)
        effects.outboxSequence = statement.integer(4)
        marker = statement.integer(2)
        boot = statement.text(3)
        generation = try restorations().last?.generation ?? 1
    }

    /// The highest position at which there is an event or was one; of each table only its end is looked at
    /// (sqlite.org/optoverview.html, section 12).
    private func lastTaken() throws -> Int64 {
        let statement = try connection.cached(
            """
            SELECT max(coalesce((SELECT max(position) FROM edda_events), 0),
            coalesce((SELECT max(position) FROM edda_holes), 0))
            """
        )
        defer { statement.reset() }
        return try statement.step() ? statement.integer(0) : 0
    }

    /// Moves everything that waits for a moment to the present boot of the machine: uptimes of an earlier one mean
    /// nothing any more, the wall clock is what is left.
    private func rebase(to now: Moment) throws {
        // What waits for centuries waits for 253 years: an uptime counts nanoseconds, and an overflow is no integer.
        let most = 8_000_000_000_000_000
        for (table, filter) in [("edda_timers", ""), ("edda_outbox", "AND due_uptime IS NOT NULL")] {
            try connection.execute(
                """
                UPDATE \(table) SET due_uptime = \(now.uptime)
                    + min(max(0, due_wall - \(now.wall.microseconds)), \(most)) * 1000
                WHERE 1 \(filter)
                """
            )
        }
        let statement = try connection.cached("UPDATE edda_log SET boot = ?1 WHERE id = 1")
        try statement.bind(1, now.boot)
        try statement.run()
        boot = now.boot
    }

    // MARK: Ending a group

    private func finish(_ group: WriteGroup, isRetry: Bool = false, waiting: () -> Int = { 0 }) {
        do {
            if group.transaction.effects.wrote {
                marker = freshMarker()
                try connection.statement(.setLog).setLog(group.transaction.effects, marker: marker)
            }
            let clock = ContinuousClock()
            let start = clock.now
            try connection.statement(.commit).run()
            pacing.committed(units: group.count, waiting: waiting(), in: clock.now - start)
            committed(group)
        } catch {
            recover(from: error, group, isRetry: isRetry)
        }
    }

    /// A number by which the commit is known that writes it.
    func freshMarker() -> Int64 { Int64.random(in: 1...Int64.max, using: &random) }

    func committed(_ group: WriteGroup) {
        let done = group.transaction.effects
        memory.commit()
        effects.head = done.head
        effects.recordedAt = done.recordedAt
        effects.outboxSequence = done.outboxSequence
        // Before callers are answered: what they have written is what they read.
        if done.outbox { settings.gate?.open(upTo: done.outboxSequence, sync: connection.syncLog) }
        group.answer()
        guard done.wrote else { return }
        settings.meter.committed(units: group.count)
        if done.events { settings.signals.events.raise() }
        if done.outbox { settings.signals.outbox.raise() }
        if done.timers { settings.signals.timers.raise() }
        if done.projections { settings.signals.projections.raise() }
        if done.leases { settings.signals.leases.raise() }
        notify.touch(generation: generation, head: effects.head)
    }

    /// Answers units that have not begun.
    func fail(_ units: ArraySlice<WriteUnit>, _ error: any Error) {
        for unit in units where unit.begin() { unit.fail(error) }
    }
}

extension Statement {
    /// Writes the log row.
    func setLog(_ effects: SQLiteWriteTransaction.Effects, marker: Int64) throws(SQLiteFailure) {
        try bind(1, effects.head)
        try bind(2, effects.recordedAt)
        try bind(3, marker)
        try bind(4, effects.outboxSequence)
        try run()
    }
}
