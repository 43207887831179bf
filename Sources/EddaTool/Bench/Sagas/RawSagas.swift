#if CLI
internal import Edda
internal import EddaMigrations

/// The limit of sagas: their rows, written into two databases by two loops over prepared statements, side by side.
///
/// Nothing waits for the other side, nothing is decoded, decided or delivered.
struct RawSagas: Sendable {
    private let coordinator: RawCoordinator
    private let participant: RawParticipant
    private let doomed: RawSagaRows?
    private let rows: RawSagaRows

    /// The rows of sagas that complete, and of those that are compensated, if there are any.
    init(_ bench: Bench, _ rows: RawSagaRows, doomed: RawSagaRows? = nil) throws {
        self.rows = rows
        self.doomed = doomed
        coordinator = try RawCoordinator(bench.file("limit-trips"), synchronous: bench.synchronous)
        participant = try RawParticipant(bench.file("limit-bookings"), synchronous: bench.synchronous)
    }

    /// Writes what `sagas` sagas write, so many transitions and so many commands a commit.
    func run(sagas: Int, doomed share: Double, grouped: (transitions: Double, commands: Double)) async throws {
        let compensated = doomed == nil ? 0 : Int((Double(sagas) * share).rounded())
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { [self] in
                let size = max(1, Int(grouped.transitions.rounded()))
                try coordinator.run(sagas: sagas - compensated, rows, together: size)
                if let doomed { try coordinator.run(sagas: compensated, doomed, together: size) }
            }
            group.addTask { [self] in
                let size = max(1, Int(grouped.commands.rounded()))
                try participant.run(sagas: sagas - compensated, rows, together: size)
                if let doomed { try participant.run(sagas: compensated, doomed, together: size) }
            }
            try await group.waitForAll()
        }
    }

    /// Writes what `sagas` sagas write, each unit a commit, one after another as for a saga that is alone.
    func runOneByOne(sagas: Int) throws {
        for _ in 0..<sagas {
            try coordinator.run(sagas: 1, rows, together: 1)
            try participant.run(sagas: 1, rows, together: 1)
        }
    }
}

/// An Edda database, without its triggers and foreign keys, and the statements that both sides of a saga have.
private final class RawService {
    let database: RawDatabase
    private let begin: RawStatement
    private let commit: RawStatement
    private let insertStream: RawStatement
    private let insertEvent: RawStatement
    private let setLog: RawStatement
    private let insertMessage: RawStatement
    private let readMessages: RawStatement
    private let deleteMessage: RawStatement
    private var head: Int64 = 0
    private var streams: Int64 = 0
    private var sequence: Int64 = 0
    private var sent: Int64 = 0
    private var sagas = 0
    private var time = Timestamp.now().microseconds

    init(_ path: String, synchronous: String) throws {
        database = try RawDatabase(path, synchronous: synchronous)
        for migration in Migrations.sqlite { try database.execute(migration) }
        for trigger in try database.rows("SELECT name FROM sqlite_schema WHERE type = 'trigger'") {
            try database.execute("DROP TRIGGER \(trigger[0])")
        }
        try database.execute(
            "INSERT INTO edda_categories (id, name) VALUES (1, 'c'); INSERT INTO edda_types VALUES (1, 't')"
        )
        begin = try database.prepare("BEGIN IMMEDIATE")
        commit = try database.prepare("COMMIT")
        insertStream = try database.prepare("INSERT INTO edda_streams (name, category) VALUES (?1, 1)")
        insertEvent = try database.prepare(
            """
            INSERT INTO edda_events (position, stream, version, category, type, schema_version, recorded_at, id,
            correlation, causation, data) VALUES (?1, ?2, ?3, 1, 1, 1, ?4, ?5, ?6, ?7, ?8)
            """
        )
        setLog = try database.prepare("UPDATE edda_log SET head = ?1, recorded_at = ?2, marker = ?3 WHERE id = 1")
        insertMessage = try database.prepare(
            "INSERT INTO edda_outbox (destination, partition_key, attributes, data) VALUES (?1, ?2, ?3, ?4)"
        )
        readMessages = try database.prepare(
            "SELECT sequence, attributes, data FROM edda_outbox WHERE sequence > ?1 AND lane = 0 ORDER BY sequence"
        )
        deleteMessage = try database.prepare("DELETE FROM edda_outbox WHERE sequence = ?1")
    }

    /// A saga under way, as one side sees it.
    struct Trip {
        let name: String
        /// Its stream; 0 as long as it has none.
        var stream: Int64 = 0
        var version = 0
    }

    /// Writes whole sagas, so many of them together: a commit for each of their turns.
    func run(sagas count: Int, turns: Int, together: Int, _ write: (_ turn: Int, inout Trip) throws -> Void) throws {
        var left = count
        while left > 0 {
            let size = min(left, together)
            var trips = (0..<size).map { Trip(name: "trip-\(sagas + $0)") }
            for turn in 0..<turns {
                try transaction {
                    try emptyOutbox()
                    for index in trips.indices { try write(turn, &trips[index]) }
                }
                _ = try readOutbox()
            }
            sagas += size
            left -= size
        }
    }

    /// One commit.
    private func transaction(_ body: () throws -> Void) throws {
        try begin.run()
        try body()
        setLog.bind(1, head)
        setLog.bind(2, time)
        setLog.bind(3, head)
        try setLog.run()
        try commit.run()
    }

    func makeStream(_ name: String) throws -> Int64 {
        try bytes(name) { name in
            insertStream.bind(1, text: name)
            try insertStream.run()
        }
        streams += 1
        return streams
    }

    func append(_ event: EventData, to trip: inout Trip) throws {
        trip.version += 1
        head += 1
        time += 1
        insertEvent.bind(1, head)
        insertEvent.bind(2, trip.stream)
        insertEvent.bind(3, Int64(trip.version))
        insertEvent.bind(4, time)
        try EventID.generate().bytes.withUnsafeBytes { id in
            try bytes(event.metadata.correlationID ?? "") { correlation in
                try bytes(event.metadata.causationID ?? "") { causation in
                    try event.data.withUnsafeBytes { data in
                        insertEvent.bind(5, blob: id)
                        insertEvent.bind(6, text: correlation)
                        insertEvent.bind(7, text: causation)
                        insertEvent.bind(8, blob: data)
                        try insertEvent.run()
                    }
                }
            }
        }
    }

    func enqueue(_ message: RawSagaRows.Outgoing, key: String) throws {
        sequence += 1
        try message.destination.withUnsafeBytes { destination in
            try bytes(key) { key in
                try message.attributes.withUnsafeBytes { attributes in
                    try message.data.withUnsafeBytes { data in
                        insertMessage.bind(1, text: destination)
                        insertMessage.bind(2, text: key)
                        insertMessage.bind(3, text: attributes)
                        insertMessage.bind(4, blob: data)
                        try insertMessage.run()
                    }
                }
            }
        }
    }

    /// Reads what waits in the outbox, as whoever sends it does.
    private func readOutbox() throws -> Int {
        readMessages.bind(1, sent)
        defer { readMessages.reset() }
        var sum = 0
        while try readMessages.step() { sum &+= readMessages.bytes(1).count &+ readMessages.bytes(2).count }
        return sum
    }

    /// Removes all that waits in the outbox.
    private func emptyOutbox() throws {
        while sent < sequence {
            sent += 1
            deleteMessage.bind(1, sent)
            try deleteMessage.run()
        }
    }

    func bytes<Result>(_ text: String, _ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        var text = text
        return try text.withUTF8 { try body(UnsafeRawBufferPointer($0)) }
    }

    var now: Int64 { time }
}

/// The coordinator's side.
///
/// `@unchecked Sendable`: the limit uses it in one task at a time.
private final class RawCoordinator: @unchecked Sendable {
    private let service: RawService
    private let readSaga: RawStatement
    private let insertSaga: RawStatement
    private let updateSaga: RawStatement
    private let setTimer: RawStatement
    private let cancelTimer: RawStatement

    init(_ path: String, synchronous: String) throws {
        service = try RawService(path, synchronous: synchronous)
        let database = service.database
        readSaga = try database.prepare("SELECT * FROM edda_sagas WHERE id = ?1")
        insertSaga = try database.prepare(
            """
            INSERT INTO edda_sagas (id, name, plan_version, status, step, revision, correlation, started_at, updated_at,
            instance) VALUES (?1, ?2, 1, 'running', 'leg-1', 1, ?1, ?3, ?3, ?4)
            """
        )
        updateSaga = try database.prepare(
            """
            UPDATE edda_sagas SET status = ?2, step = ?3, revision = ?4, updated_at = ?5, instance = ?6
            WHERE id = ?1 AND revision = ?4 - 1
            """
        )
        setTimer = try database.prepare(
            """
            INSERT INTO edda_timers (owner, key, due_uptime, due_wall) VALUES ('sagas', ?1, ?2, ?3)
            ON CONFLICT (owner, key) DO UPDATE SET due_uptime = excluded.due_uptime, due_wall = excluded.due_wall
            """
        )
        cancelTimer = try database.prepare("DELETE FROM edda_timers WHERE owner = 'sagas' AND key = ?1")
    }

    /// Writes whole sagas; so many of them make their transitions together.
    func run(sagas count: Int, _ rows: RawSagaRows, together: Int) throws {
        try service.run(sagas: count, turns: rows.transitions.count, together: together) { turn, trip in
            let transition = rows.transitions[turn]
            try write(transition, turn, of: trip.name, rows)
            if turn == 0 { trip.stream = try service.makeStream("$saga-\(trip.name)") }
            for event in transition.events { try service.append(event, to: &trip) }
        }
    }

    private func write(
        _ transition: RawSagaRows.Transition,
        _ index: Int,
        of saga: String,
        _ rows: RawSagaRows
    ) throws {
        try service.bytes(saga) { id in
            readSaga.bind(1, text: id)
            _ = try readSaga.step()
            readSaga.reset()
            try transition.instance.withUnsafeBytes { instance in
                if index == 0 {
                    try rows.name.withUnsafeBytes { name in
                        insertSaga.bind(1, text: id)
                        insertSaga.bind(2, text: name)
                        insertSaga.bind(3, service.now)
                        insertSaga.bind(4, blob: instance)
                        try insertSaga.run()
                    }
                } else {
                    try service.bytes(transition.message == nil ? "completed" : "running") { status in
                        updateSaga.bind(1, text: id)
                        updateSaga.bind(2, text: status)
                        updateSaga.bind(3, text: id)
                        updateSaga.bind(4, Int64(index + 1))
                        updateSaga.bind(5, service.now)
                        updateSaga.bind(6, blob: instance)
                        try updateSaga.run()
                    }
                }
            }
            if let message = transition.message {
                setTimer.bind(1, text: id)
                setTimer.bind(2, service.now * 1_000)
                setTimer.bind(3, service.now)
                try setTimer.run()
                try service.enqueue(message, key: saga)
            } else {
                cancelTimer.bind(1, text: id)
                try cancelTimer.run()
            }
        }
    }
}

/// The participant's side.
///
/// `@unchecked Sendable`: the limit uses it in one task at a time.
private final class RawParticipant: @unchecked Sendable {
    private let service: RawService
    private let readInbox: RawStatement
    private let insertInbox: RawStatement

    init(_ path: String, synchronous: String) throws {
        service = try RawService(path, synchronous: synchronous)
        readInbox = try service.database.prepare("SELECT * FROM edda_inbox WHERE consumer = 'bookings' AND key = ?1")
        insertInbox = try service.database.prepare(
            """
            INSERT INTO edda_inbox (consumer, key, outcome, content, recorded_at) VALUES ('bookings', ?1, ?2, ?3, ?4)
            ON CONFLICT (consumer, key) DO UPDATE SET outcome = excluded.outcome, content = excluded.content
            """
        )
    }

    /// Writes the commands of whole sagas; so many of them are executed together.
    func run(sagas count: Int, _ rows: RawSagaRows, together: Int) throws {
        try service.run(sagas: count, turns: rows.executions.count, together: together) { turn, trip in
            let execution = rows.executions[turn]
            try service.bytes("/trips.sagas \(trip.name)/leg-\(turn)") { key in
                readInbox.bind(1, text: key)
                _ = try readInbox.step()
                readInbox.reset()
                try service.bytes(execution.outcome) { outcome in
                    try execution.content.withUnsafeBytes { content in
                        insertInbox.bind(1, text: key)
                        insertInbox.bind(2, text: outcome)
                        insertInbox.bind(3, blob: content)
                        insertInbox.bind(4, service.now)
                        try insertInbox.run()
                    }
                }
            }
            if let event = execution.event {
                if trip.stream == 0 { trip.stream = try service.makeStream("booking-\(trip.name)") }
                try service.append(event, to: &trip)
            }
            try service.enqueue(execution.reply, key: trip.name)
        }
    }
}
#endif
