#if CLI
internal import Edda

/// Fills a database with sagas that sleep: copies of one that was started, row by row, under ids of their own.
///
/// To start a hundred thousand of them would take longer than what is to be measured.
struct SleeperRows {
    /// The saga that is copied.
    static let original: SagaID = "sleeper-original"
    private static let name = "'sleeper-' || printf('%06d', n.i)"

    private let database: RawDatabase

    /// Opens a database that no store has open.
    init(_ path: String) throws { database = try RawDatabase(path, synchronous: "OFF") }

    /// Makes `count` copies of everything that is stored of the original: its row, its timer and its history.
    func copy(_ count: Int) throws {
        let head = try database.integer("SELECT head FROM edda_log")
        let stream = try database.integer("SELECT id FROM edda_streams WHERE name = '$saga-\(Self.original)'")
        let streams = try database.integer("SELECT max(id) FROM edda_streams")
        let events = try database.integer("SELECT count(*) FROM edda_events WHERE stream = \(stream)")
        let numbers = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < \(count))"
        try database.execute(
            """
            BEGIN;
            \(numbers) INSERT INTO edda_sagas (id, name, plan_version, status, step, reason, revision, correlation,
                started_at, updated_at, deadline, attributes, instance)
            SELECT \(Self.name), s.name, plan_version, status, step, reason, revision, \(Self.name), started_at, updated_at,
                deadline, attributes,
                CAST(replace(CAST(instance AS TEXT), '\(Self.original)', \(Self.name)) AS BLOB)
            FROM n, edda_sagas s WHERE s.id = '\(Self.original)';
            \(numbers) INSERT INTO edda_timers (owner, key, due_uptime, due_wall)
            SELECT owner, \(Self.name), due_uptime, due_wall FROM n, edda_timers t WHERE t.key = '\(Self.original)';
            \(numbers) INSERT INTO edda_streams (id, name, category)
            SELECT \(streams) + n.i, '$saga-' || \(Self.name), category FROM n, edda_streams s WHERE s.id = \(stream);
            \(numbers) INSERT INTO edda_events (position, stream, version, category, type, schema_version, recorded_at, id,
                tags, correlation, causation, headers, data)
            SELECT \(head) + (n.i - 1) * \(events) + version, \(streams) + n.i, version, category, type, schema_version,
                recorded_at, randomblob(16), tags, \(Self.name), causation, headers, data
            FROM n, edda_events e WHERE e.stream = \(stream);
            UPDATE edda_log SET head = \(head + Int64(count) * events);
            COMMIT;
            PRAGMA wal_checkpoint(TRUNCATE)
            """
        )
    }

    /// Sets the alarms of all that sleep to the same moment.
    func wakeAll(at moment: Moment) throws {
        let old = try database.rows("SELECT due_uptime, due_wall FROM edda_timers WHERE key = '\(Self.original)'")[0]
        let (uptime, wall) = (moment.uptime, moment.wall.microseconds)
        try database.execute(
            """
            BEGIN;
            UPDATE edda_sagas SET instance = CAST(
                replace(CAST(instance AS TEXT), '\(old[0]),\(old[1])', '\(uptime),\(wall)') AS BLOB)
            WHERE status = 'running';
            UPDATE edda_timers SET due_uptime = \(uptime), due_wall = \(wall) WHERE key LIKE 'sleeper-%';
            COMMIT;
            PRAGMA wal_checkpoint(TRUNCATE)
            """
        )
    }

    /// Reads all timers, as the limit of what a start could cost that looks at each.
    ///
    /// - Returns: How many there are.
    func readTimers() throws -> Int {
        let timers = try database.prepare("SELECT owner, key, due_uptime, due_wall FROM edda_timers")
        defer { timers.reset() }
        var count = 0
        while try timers.step() {
            _ = (timers.bytes(0), timers.bytes(1), timers.integer(2), timers.integer(3))
            count += 1
        }
        return count
    }
}
#endif
