import CSQLite
import EddaCore
import EddaTesting
import Testing

@testable import EddaSQLite

/// What a read costs depends on what it returns, not on how many events there are.
@Suite struct MillionEventsTests {
    /// A read, and the most steps of SQLite's machine that it may take.
    struct Case: Sendable {
        let name: String
        var most = 2_000
        let read: @Sendable (SQLiteReadTransaction) throws -> Int
    }

    /// One test, so that the store is built once and goes away afterwards.
    // acceptance: 13; guarantees: G5
    @Test func everyKindOfReadCostsWhatItReturns() async throws {
        let folder = try TemporaryFolder.inMemory()
        try await Self.build(folder)
        let connection = try Connection(path: folder.file(), access: .reader(patience: .seconds(1)))
        let transaction = SQLiteReadTransaction(
            connection: connection,
            memory: ConnectionMemory(),
            time: SystemTime()
        )
        var most = (steps: 0, name: "")
        for one in Self.reads + Self.queries {
            _ = try one.read(transaction)
            let counter = StepCounter(connection)
            let found = try one.read(transaction)
            let steps = counter.stop()
            #expect(found > 0, "\(one.name) finds something")
            #expect(steps <= one.most, "\(one.name): \(steps) steps for \(found) rows")
            if steps > most.steps { most = (steps, one.name) }
        }
        let count = Self.reads.count + Self.queries.count
        print("plans: \(count) reads of a million events, at most \(most.steps) steps (\(most.name))")
    }

    // MARK: Reads

    private static let reads: [Case] = [
        Case(name: "head", most: 100) { Int(try $0.head().value) },
        Case(name: "state of a long stream", most: 200) { try $0.state(of: "long-1").version },
        Case(name: "stream forward") { try $0.events(in: "long-1", .forward, versions: 1...Int.max, limit: 10).count },
        Case(name: "stream backward") {
            try $0.events(in: "long-1", .backward, versions: 1...Int.max, limit: 10).count
        },
        Case(name: "stream from the middle") {
            try $0.events(in: "long-1", .forward, versions: 500_000...Int.max, limit: 10).count
        },
        Case(name: "last event of a stream") { try $0.lastEvent(in: "long-1") == nil ? 0 : 1 },
        Case(name: "version as of a position") { try $0.version(of: "long-1", asOf: Position(400_000)) },
        Case(name: "position as of a time") { Int(try $0.position(asOf: Timestamp(microseconds: 700_000_000)).value) },
        Case(name: "streams") { try $0.streams(in: nil, after: nil, limit: 10).count },
        Case(name: "streams from the middle") { try $0.streams(in: nil, after: "order-10000", limit: 10).count },
        Case(name: "streams of a category") { try $0.streams(in: "rare", after: nil, limit: 10).count },
        Case(name: "streams of a large category") {
            try $0.streams(in: "order", after: "order-10000", limit: 10).count
        },
        Case(name: "correlation") {
            try $0.rows("SELECT position FROM edda_events WHERE correlation = \("c500") ORDER BY position LIMIT 10")
                .count
        },
    ]

    /// Each query in both directions, from the start, from the middle, from near the head, by page and for one event as
    /// a condition of an append asks.
    private static let queries: [Case] = {
        let queries: [(EventQuery, everywhere: Bool)] = [
            (.all, true),
            (EventQuery(types: ["common"]), true),
            (EventQuery(types: ["rare"]), false),
            (EventQuery(types: ["common", "odd", "rare"]), true),
            (EventQuery(tags: ["fourth"]), true),
            (EventQuery(tags: ["few"]), false),
            (EventQuery(tags: ["fourth", "eighth"]), true),
            (EventQuery(tags: ["eighth", "few"]), false),
            (EventQuery(tags: ["few", "fourth"]), false),
            (EventQuery(types: ["rare"], tags: ["fourth"]), false),
            (EventQuery(types: ["common"], tags: ["few"]), false),
            (EventQuery(category: "order"), true),
            (EventQuery(category: "rare"), true),
            (EventQuery(types: ["common"], category: "rare"), true),
            (EventQuery(types: ["rare"], category: "order"), false),
            (EventQuery(tags: ["fourth"], category: "rare"), true),
            (EventQuery(types: ["common"], tags: ["fourth"], category: "rare"), true),
            (
                EventQuery([
                    .init(types: ["rare"]), .init(tags: ["few"]), .init(types: ["common"], tags: ["eighth"]),
                    .init(category: "rare"),
                ]), true
            ),
        ]
        var cases: [Case] = []
        for (query, everywhere) in queries {
            for direction in ReadDirection.allCases {
                for limit in [1, 10] {
                    for after: Int64 in everywhere ? [0, 500_000, 999_000] : [0] {
                        cases.append(
                            Case(name: "\(query) \(direction) after \(after), limit \(limit)") {
                                try $0.events(
                                    matching: query,
                                    direction,
                                    after: Position(after),
                                    upTo: nil,
                                    limit: limit
                                ).events.count
                            }
                        )
                    }
                }
            }
        }
        return cases
    }()

    // MARK: The store

    /// A million events, written by SQL: half of one type, nine of a rare one; a stream with 200,000 of them; tags that
    /// every fourth, every eighth and four of them bear.
    private static func build(_ folder: TemporaryFolder) async throws {
        await (try folder.store()).close()
        let raw = try RawDatabase(folder.file())
        try raw.execute(
            """
            PRAGMA synchronous = OFF;
            PRAGMA cache_size = -262144;
            BEGIN;
            INSERT INTO edda_types VALUES (1, 'common'), (2, 'odd'), (3, 'rare');
            INSERT INTO edda_categories VALUES (1, 'order'), (2, 'long'), (3, 'rare'), (-1, '$own');
            INSERT INTO edda_tags VALUES (1, 'fourth'), (2, 'eighth'), (3, 'few');
            INSERT INTO edda_streams (id, name, category) VALUES (1, 'long-1', 2);
            WITH RECURSIVE c (n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM c WHERE n < 20001)
            INSERT INTO edda_streams (id, name, category)
            SELECT n, CASE WHEN n < 12 THEN 'rare-' WHEN n < 22 THEN '$own-' ELSE 'order-' END || n,
            CASE WHEN n < 12 THEN 3 WHEN n < 22 THEN -1 ELSE 1 END FROM c;
            WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 1000000)
            INSERT INTO edda_events (position, stream, version, category, type, schema_version, recorded_at, id, correlation, data)
            SELECT n, iif(n % 5 = 1, 1, 2 + n % 20000), n,
            CASE WHEN n % 5 = 1 THEN 2 WHEN n % 20000 < 10 THEN 3 WHEN n % 20000 < 20 THEN -1 ELSE 1 END,
            CASE WHEN n % 100003 = 0 THEN 3 WHEN n % 2 = 0 THEN 1 ELSE 2 END,
            1, n * 1000, CAST(printf('%016x', n) AS BLOB), 'c' || (n / 10), x'01' FROM c;
            WITH RECURSIVE c (n) AS (SELECT 4 UNION ALL SELECT n + 4 FROM c WHERE n < 1000000)
            INSERT INTO edda_event_tags SELECT 1, n FROM c;
            WITH RECURSIVE c (n) AS (SELECT 8 UNION ALL SELECT n + 8 FROM c WHERE n < 1000000)
            INSERT INTO edda_event_tags SELECT 2, n FROM c;
            INSERT INTO edda_event_tags VALUES (3, 100000), (3, 320008), (3, 500008), (3, 900008);
            UPDATE edda_log SET head = 1000000, recorded_at = 1000000000, marker = 1;
            COMMIT;
            """
        )
    }
}

/// Counts the steps of SQLite's machine on a connection (sqlite.org/c3ref/progress_handler.html).
private final class StepCounter {
    private var steps = 0
    private let handle: OpaquePointer

    init(_ connection: Connection) {
        handle = connection.handle
        sqlite3_progress_handler(
            handle,
            1,
            { context in
                if let context { Unmanaged<StepCounter>.fromOpaque(context).takeUnretainedValue().steps += 1 }
                return 0
            },
            Unmanaged.passUnretained(self).toOpaque()
        )
    }

    func stop() -> Int {
        sqlite3_progress_handler(handle, 0, nil, nil)
        return steps
    }
}
