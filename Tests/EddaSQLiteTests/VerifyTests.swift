import EddaCore
import EddaSQLite
import EddaTesting
import Foundation
import Synchronization
import Testing

// acceptance: 11, 12; guarantees: G3

@Suite struct VerifyTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// A database with something in every table that is verified.
    private func fill() async throws {
        let store = try await folder.store()
        for index in 1...3 {
            let events = [
                EventData(type: "a", tags: ["red", "round"], data: [1]),
                EventData(type: "b", schemaVersion: 2, tags: ["red"], data: []),
            ]
            _ = try await store.append(
                Append(events, to: StreamID(unchecked: "s-\(index)"), key: IdempotencyKey(unchecked: "key-\(index)"))
            )
        }
        _ = try await store.append(Append([EventData(type: "own", data: [])], to: "$own-1"))
        try await store.write { transaction in
            try transaction.setCheckpoint("reader", to: Position(7))
            for key in ["x", "x", "y"] {
                let sequence = try transaction.enqueue(Self.message(key))
                if sequence == 1 { try transaction.hold(1, attempts: 1, due: transaction.now, reason: "busy") }
            }
            try transaction.putProjection(
                ProjectionRecord(
                    name: "view",
                    build: 1,
                    version: 1,
                    status: .live,
                    position: Position(7),
                    tables: [],
                    failure: nil,
                    startedAt: Timestamp(microseconds: 0),
                    updatedAt: Timestamp(microseconds: 0)
                )
            )
        }
        await store.close()
        try RawDatabase(folder.file()).execute("INSERT INTO edda_snapshots VALUES (1, 2, 'shape', x'00', 0)")
    }

    private static func message(_ key: String) -> Message {
        Message(
            id: EventID.generate().description,
            source: "/s",
            type: "t",
            destination: "d",
            time: Timestamp(microseconds: 0),
            partitionKey: key,
            idempotencyKey: "k",
            data: []
        )
    }

    private func verify() async throws -> Verification {
        var configuration = SQLiteStore.Configuration()
        configuration.opening = .readOnly
        let store = try await folder.store(configuration: configuration)
        let verification = try await store.verify()
        await store.close()
        return verification
    }

    @Test func aSoundDatabaseHasNoFinding() async throws {
        try await fill()
        let verification = try await verify()
        #expect(verification.findings == [])
        #expect(verification.count == 0)
        #expect(verification.events == 7 && verification.holes == 0)
        #expect(verification.head == Position(7))
    }

    @Test func anEmptyDatabaseHasNoFinding() async throws {
        await (try folder.store()).close()
        let verification = try await verify()
        #expect(verification.findings == [])
        #expect(verification.events == 0)
    }

    /// A way to damage a database, the check that finds it, and a word of the finding.
    struct Damage: Sendable, CustomTestStringConvertible {
        let check: String
        let word: String
        let sql: String

        init(_ check: String, _ word: String, _ sql: String) {
            self.check = check
            self.word = word
            self.sql = sql
        }

        var testDescription: String { "\(check): \(sql)" }
    }

    /// The triggers are what keeps a foreign program from most of these.
    private static let disarm = """
        PRAGMA foreign_keys = OFF; DROP TRIGGER edda_events_no_update; DROP TRIGGER edda_events_no_delete;
        DROP TRIGGER edda_events_append_only; DROP TRIGGER edda_events_hole; DROP TRIGGER edda_events_no_orphan;
        DROP TRIGGER edda_streams_no_update; DROP TRIGGER edda_streams_no_delete; DROP TRIGGER edda_types_no_delete;
        DROP TRIGGER edda_categories_no_update; DROP TRIGGER edda_categories_no_delete; DROP TRIGGER edda_tags_no_delete;
        """

    static let damages: [Damage] = [
        .init(
            "position-missing",
            "Position 3 ",
            "DELETE FROM edda_event_tags WHERE position = 3; DELETE FROM edda_events WHERE position = 3"
        ),
        .init(
            "position-missing",
            "Positions 6 to 7",
            "DELETE FROM edda_event_tags WHERE position > 5; DELETE FROM edda_events WHERE position > 5"
        ),
        .init("version-gap", "s-2", "UPDATE edda_events SET version = 3 WHERE position = 4"),
        .init(
            "version-gap",
            "Position 4",
            "INSERT INTO edda_holes VALUES (3, 2, 1); DELETE FROM edda_event_tags WHERE position = 3; DELETE FROM edda_events WHERE position = 3; UPDATE edda_holes SET version = 5"
        ),
        .init(
            "version-gap",
            "none is next",
            "UPDATE edda_events SET version = 9223372036854775807 WHERE position = 1"
        ),
        .init(
            "position-missing",
            "Positions 2001 to 1152921504606846976",
            "UPDATE edda_log SET head = 1152921504606846976"
        ),
        .init("event-headers", "at 2", "UPDATE edda_events SET headers = '{\"a\":1}' WHERE position = 2"),
        .init("hole-taken", "Position 2", "INSERT INTO edda_holes VALUES (2, 1, 2)"),
        .init("log-row", "head is 6", "UPDATE edda_log SET head = 6"),
        .init("log-row", "1970", "UPDATE edda_log SET recorded_at = 1"),
        .init("log-row", "lost", "DELETE FROM edda_log"),
        .init("position-missing", "Position 8", "UPDATE edda_log SET head = 8"),
        .init("time-falls", "at 5", "UPDATE edda_events SET recorded_at = 1 WHERE position = 5"),
        .init("event-stream", "at 1", "DELETE FROM edda_streams WHERE id = 1"),
        .init("event-type", "at 1", "DELETE FROM edda_types WHERE name = 'a'"),
        .init("event-category", "at 2", "UPDATE edda_events SET category = 9 WHERE position = 2"),
        .init("event-category", "not there", "DELETE FROM edda_categories WHERE id > 0"),
        .init("event-id", "at 2", "UPDATE edda_events SET id = x'01' WHERE position = 2"),
        .init("type-version", "Version 2 of type b", "DELETE FROM edda_type_versions WHERE schema_version = 2"),
        .init(
            "tag-missing",
            "the tag red",
            "DELETE FROM edda_event_tags WHERE position = 3 AND tag = (SELECT id FROM edda_tags WHERE name = 'red')"
        ),
        .init("tag-foreign", "the tag round", "UPDATE edda_events SET tags = 'red' WHERE position = 1"),
        .init("tag-orphan", "position 99", "INSERT INTO edda_event_tags VALUES (1, 99)"),
        .init("tag-name", "has no name", "DELETE FROM edda_tags WHERE name = 'round'"),
        .init("stream-empty", "lost-1", "INSERT INTO edda_streams (name, category) VALUES ('lost-1', 1)"),
        .init(
            "stream-category",
            "s-3",
            "UPDATE edda_streams SET name = 'moved-3' WHERE name = 's-3'; UPDATE edda_streams SET name = 'other-s-3' WHERE name = 'moved-3'"
        ),
        .init(
            "stream-category",
            "whose sign is wrong",
            "UPDATE edda_categories SET id = 5 WHERE id < 0; UPDATE edda_streams SET category = 5 WHERE category < 0; UPDATE edda_events SET category = 5 WHERE category < 0"
        ),
        .init("key-position", "key-2", "UPDATE edda_keys SET last = 70 WHERE key = 'key-2'"),
        .init("checkpoint-ahead", "reader", "UPDATE edda_checkpoints SET position = 8"),
        .init("projection-ahead", "view", "UPDATE edda_projections SET position = 8"),
        .init("generation-ahead", "Generation 2", "INSERT INTO edda_generations VALUES (2, 8, 0)"),
        .init("snapshot-ahead", "s-1", "UPDATE edda_snapshots SET version = 3"),
        .init("inbox-entry", "under k", "INSERT INTO edda_inbox VALUES ('c', 'k', 'started', x'', 0, '{', x'')"),
        .init("outbox-number", "Message 3", "UPDATE edda_log SET outbox = 2"),
        .init("outbox-columns", "Message 3", "UPDATE edda_outbox SET partition_key = 'z' WHERE sequence = 3"),
        .init("outbox-message", "Message 3", "UPDATE edda_outbox SET attributes = '{' WHERE sequence = 3"),
        .init(
            "outbox-order",
            "Message 1",
            "UPDATE edda_outbox SET lane = 0 WHERE sequence = 1; UPDATE edda_outbox SET lane = 1 WHERE sequence = 2"
        ),
        .init(
            "outbox-stuck",
            "Message 1",
            "UPDATE edda_outbox SET due_uptime = NULL, due_wall = NULL WHERE sequence = 1"
        ),
        .init("foreign-key", "edda_snapshots", "INSERT INTO edda_snapshots VALUES (77, 1, 'shape', x'00', 0)"),
        .init(
            "integrity",
            "edda_events_stream",
            """
            PRAGMA writable_schema = ON;
            UPDATE sqlite_schema SET sql = 'CREATE UNIQUE INDEX edda_events_stream ON edda_events (stream, position)'
            WHERE name = 'edda_events_stream'
            """
        ),
    ]

    @Test(arguments: damages) func everyDamageIsFoundByName(_ damage: Damage) async throws {
        try await fill()
        try RawDatabase(folder.file()).execute(Self.disarm + damage.sql)
        let verification = try await verify()
        let found = verification.findings.filter { $0.check == damage.check }
        #expect(found.contains { $0.problem.contains(damage.word) }, "\(verification.findings)")
        #expect(verification.findings.allSatisfy { !$0.advice.isEmpty })
        #expect(verification.count == verification.findings.count)
    }

    // acceptance: 11
    @Test func whatMaintenanceDeletesIsAKnownHoleAndItsPositionIsNotGivenAgain() async throws {
        let store = try await folder.store()
        for _ in 1...3 { _ = try await store.append(Append([EventData(type: "a", data: [])], to: "s-1")) }
        await store.close()
        let raw = try RawDatabase(folder.file())
        // acceptance: 12
        #expect(throws: RawDatabase.Failure.self) { try raw.execute("DELETE FROM edda_events WHERE position = 3") }
        #expect(throws: RawDatabase.Failure.self) { try raw.execute("UPDATE edda_events SET type = 1") }
        try raw.execute(
            """
            BEGIN IMMEDIATE; UPDATE edda_log SET maintenance = 1; DELETE FROM edda_events WHERE position IN (1, 3);
            UPDATE edda_log SET maintenance = 0; COMMIT
            """
        )
        let again = try await folder.store()
        let result = try await again.append(Append([EventData(type: "a", data: [])], to: "t-1"))
        #expect(result.positions == Position(4)...Position(4))
        let next = try await again.append(Append([EventData(type: "a", data: [])], to: "s-1"))
        #expect(next.versions == ["s-1": 4])
        let verification = try await again.verify()
        #expect(verification.findings == [])
        #expect(verification.events == 3 && verification.holes == 2)
        await again.close()
    }

    @Test(.timeLimit(.minutes(2))) func itIsRightWhileTheOwnerWrites() async throws {
        let store = try await folder.store()
        func append(_ index: Int) async throws {
            let event = EventData(type: "a", tags: ["red"], data: [UInt8](repeating: 7, count: 100))
            let events = [event, EventData(type: "b", data: [])]
            _ = try await store.append(
                Append(events, to: StreamID(unchecked: "s-\(index % 7)"), key: IdempotencyKey(unchecked: "k\(index)"))
            )
        }
        for index in 0..<2_000 { try await append(index) }
        let writing = Task {
            var index = 2_000
            while !Task.isCancelled {
                try await append(index)
                index += 1
            }
        }
        let parts = Mutex<Set<String>>([])
        let verification = try await store.verify { progress in _ = parts.withLock { $0.insert(progress.part) } }
        writing.cancel()
        _ = try? await writing.value
        #expect(verification.findings == [])
        #expect(verification.events >= 4_000)
        #expect(parts.withLock { $0.isSuperset(of: ["events", "streams", "tags", "keys", "messages"]) })
        await store.close()
    }

    @Test func veryManyFindingsAreCounted() async throws {
        let store = try await folder.store()
        _ = try await store.append(Append((0..<1_500).map { _ in EventData(type: "a", data: []) }, to: "s-1"))
        await store.close()
        try RawDatabase(folder.file()).execute(Self.disarm + "DELETE FROM edda_type_versions")
        let verification = try await verify()
        #expect(verification.findings.count == Verification.findingLimit)
        #expect(verification.count == 1_500)
    }
}
