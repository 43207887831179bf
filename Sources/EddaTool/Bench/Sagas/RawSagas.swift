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

    /// Writes what `sagas` sagas write, as many at a time as are in flight: a commit takes one unit of each.
    func run(sagas: Int, doomed share: Double, inFlight: Int) async throws {
        let all = (0..<sagas).map { SagaServices.isDoomed($0, share) ? doomed ?? rows : rows }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { [self] in try coordinator.run(all, inFlight: inFlight) }
            group.addTask { [self] in try participant.run(all, inFlight: inFlight) }
            try await group.waitForAll()
        }
    }

    /// Writes what a saga writes that is alone, each unit a commit.
    func runOne() throws {
        try coordinator.run([rows], inFlight: 1)
        try participant.run([rows], inFlight: 1)
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
        let rows: RawSagaRows
        /// Its stream; 0 as long as it has none.
        var stream: Int64 = 0
        var version = 0
        /// How many of its units are written.
        var done = 0
    }

    /// Writes whole sagas, so many at a time: each commit takes the next unit of each, and for one that has ended
    /// another begins.
    func run(
        _ all: [RawSagaRows],
        inFlight: Int,
        units: (RawSagaRows) -> Int,
        _ write: (inout Trip) throws -> Void
    ) throws {
        var waiting = all[...]
        var trips: [Trip] = []
        while true {
            while trips.count < inFlight, let rows = waiting.popFirst() {
                trips.append(Trip(name: "trip-\(sagas)", rows: rows))
                sagas += 1
            }
            if trips.isEmpty { return }
            try transaction {
                try emptyOutbox()
                for index in trips.indices {
                    try write(&trips[index])
                    trips[index].done += 1
                }
            }
            _ = try readOutbox()
            trips.removeAll { $0.done == units($0.rows) }
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

    /// Writes the transitions of whole sagas.
    func run(_ all: [RawSagaRows], inFlight: Int) throws {
        try service.run(all, inFlight: inFlight, units: { $0.transitions.count }) { trip in
            let transition = trip.rows.transitions[trip.done]
            try write(transition, trip.done, of: trip.name, trip.rows)
            if trip.done == 0 { trip.stream = try service.makeStream("$saga-\(trip.name)") }
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

    /// Writes what the commands of whole sagas write.
    func run(_ all: [RawSagaRows], inFlight: Int) throws {
        try service.run(all, inFlight: inFlight, units: { $0.executions.count }) { trip in
            let execution = trip.rows.executions[trip.done]
            try service.bytes("/trips.sagas \(trip.name)/leg-\(trip.done)") { key in
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
