internal import EddaCore

/// The transaction of a group of units, on the writer's thread.
///
/// Each unit sees what earlier ones of its group wrote.
final class SQLiteWriteTransaction: SQLiteReadTransaction, WriteTransaction {
    /// What a unit changes in memory, so that it can be undone with the unit.
    struct Effects {
        var head: Int64
        var recordedAt: Int64
        /// Whether anything was written, so that there is something to commit.
        var wrote = false
        var events = false
        var outbox = false
        /// The last place given to a message.
        var outboxSequence: Int64 = 0
        var timers = false
        var projections = false
        /// About how many bytes were written: the contents of events, messages and values of callers.
        var bytes = 0
        var leases = false
    }

    var effects: Effects
    let logBoot: String
    let hooks: [any AppendHook]
    /// How long idempotency keys are kept at least.
    let keyRetention: Duration
    private var isInHook = false
    private var hookFailure: (any Error)?

    init(
        connection: Connection,
        memory: ConnectionMemory,
        time: any TimeSource,
        now: Moment,
        effects: Effects,
        boot: String,
        hooks: [any AppendHook],
        keyRetention: Duration
    ) {
        self.keyRetention = keyRetention
        self.effects = effects
        self.logBoot = boot
        self.hooks = hooks
        super.init(connection: connection, memory: memory, time: time, now: now)
    }

    override func head() throws -> Position { Position(effects.head) }

    /// What is known of a stream need not be looked up: it is the writer alone who changes it.
    override func state(of stream: StreamID) throws -> StreamState { try streamHead(stream)?.state ?? .missing }

    /// What is known of a stream tells of its holes too.
    override func mayHaveHoles() throws -> Bool { true }

    override func stream(_ number: Int64) throws -> StreamID { try storedStream(number) }

    override func boot() throws -> String { logBoot }

    /// Runs a statement that changes rows.
    ///
    /// - Returns: How many it changed.
    @discardableResult
    func change(_ known: StoreStatement, bind: (Statement) throws -> Void) throws -> Int {
        try attempt {
            let statement = try connection.statement(known)
            defer { statement.reset() }
            try bind(statement)
            effects.wrote = true
            return try statement.run()
        }
    }

    /// Runs the hooks.
    ///
    /// An append by a hook itself does not run them again.
    func runHooks(on events: [RecordedEvent]) throws {
        guard !isInHook else { return }
        isInHook = true
        defer { isInHook = false }
        do {
            for hook in hooks { try hook.didAppend(events, in: self) }
        } catch {
            hookFailure = error
            throw error
        }
    }

    /// What a hook threw in this unit, forgotten afterwards: it fails the unit also when the body caught it, or events
    /// would be committed without the rows that belong to them.
    func takeHookFailure() -> (any Error)? {
        defer { hookFailure = nil }
        return hookFailure
    }

    /// The moment as the tables keep it: uptime on the boot of the log.
    func columns(of moment: Moment) -> (uptime: Int64, wall: Int64) {
        if moment.boot == logBoot { return (moment.uptime, moment.wall.microseconds) }
        return (now.advanced(by: moment.wall.since(now.wall)).uptime, moment.wall.microseconds)
    }
}
