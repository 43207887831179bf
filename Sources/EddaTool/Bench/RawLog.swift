#if CLI
internal import CSQLite
internal import Edda
internal import EddaMigrations

/// The writing limit: the rows of an Edda database, written by a loop over prepared statements.
///
/// It has the tables and indexes of the real thing and none of its triggers and foreign keys; it checks nothing.
final class RawLog {
    /// One event's row, encoded beforehand.
    struct Row {
        var stream: Int64
        var version: Int64
        var id: [UInt8]
        var data: [UInt8]
        /// The number of the event's tag and its name; no tag for 0.
        var tag: Int64 = 0
        var tags: [UInt8] = []
        var headers: [UInt8] = []
    }

    private let database: RawDatabase
    private let begin: RawStatement
    private let commit: RawStatement
    private let insert: RawStatement
    private let insertTag: RawStatement
    private let insertStream: RawStatement
    private let insertTagName: RawStatement
    private let setLog: RawStatement
    private(set) var head: Int64
    private var time = Timestamp.now().microseconds

    /// Opens a database, with the tables of Edda when it is new.
    ///
    /// A limit does without triggers; a file that a store shall open keeps them.
    init(_ path: String, synchronous: String, keepsTriggers: Bool = false) throws {
        database = try RawDatabase(path, synchronous: synchronous)
        if try database.integer("PRAGMA user_version") == 0 {
            for migration in Migrations.sqlite { try database.execute(migration) }
        }
        if !keepsTriggers {
            for trigger in try database.rows("SELECT name FROM sqlite_schema WHERE type = 'trigger'") {
                try database.execute("DROP TRIGGER \(trigger[0])")
            }
        }
        begin = try database.prepare("BEGIN IMMEDIATE")
        commit = try database.prepare("COMMIT")
        insert = try database.prepare(
            """
            INSERT INTO edda_events (position, stream, version, category, type, schema_version, recorded_at, id, tags,
            headers, data) VALUES (?1, ?2, ?3, 1, 1, 1, ?4, ?5, ?6, ?7, ?8)
            """
        )
        insertTag = try database.prepare("INSERT INTO edda_event_tags (tag, position) VALUES (?1, ?2)")
        insertStream = try database.prepare("INSERT INTO edda_streams (name, category) VALUES (?1, 1)")
        insertTagName = try database.prepare("INSERT INTO edda_tags (name) VALUES (?1)")
        setLog = try database.prepare("UPDATE edda_log SET head = ?1, recorded_at = ?2, marker = ?3 WHERE id = 1")
        head = try database.integer("SELECT head FROM edda_log")
    }

    /// Makes the names and streams that rows refer to.
    ///
    /// - Returns: The numbers of the first stream and of the first tag; the others follow.
    @discardableResult
    func prepare(streams: [String], tags: [String] = []) throws -> (stream: Int64, tag: Int64) {
        try database.execute("BEGIN")
        try database.execute("INSERT OR IGNORE INTO edda_categories (id, name) VALUES (1, '\(Basket.category)')")
        try database.execute("INSERT OR IGNORE INTO edda_types (id, name) VALUES (1, '\(ItemAdded.eventType)')")
        try database.execute("INSERT OR IGNORE INTO edda_type_versions (type, schema_version) VALUES (1, 1)")
        let first = (
            stream: try database.integer("SELECT coalesce(max(id), 0) + 1 FROM edda_streams"),
            tag: try database.integer("SELECT coalesce(max(id), 0) + 1 FROM edda_tags")
        )
        for (insert, names) in [(insertStream, streams), (insertTagName, tags)] {
            for name in names {
                try Array(name.utf8).withUnsafeBytes { bytes in
                    insert.bind(1, text: bytes)
                    try insert.run()
                }
            }
        }
        try database.execute("COMMIT")
        return first
    }

    /// Writes rows in one transaction.
    func append(_ rows: ArraySlice<Row>) throws {
        try begin.run()
        for row in rows {
            head += 1
            time += 1
            insert.bind(1, head)
            insert.bind(2, row.stream)
            insert.bind(3, row.version)
            insert.bind(4, time)
            try row.id.withUnsafeBytes { id in
                try row.data.withUnsafeBytes { data in
                    insert.bind(5, blob: id)
                    insert.bind(8, blob: data)
                    if row.tag == 0 { return try insert.run() }
                    try row.tags.withUnsafeBytes { tags in
                        try row.headers.withUnsafeBytes { headers in
                            insert.bind(6, text: tags)
                            insert.bind(7, text: headers)
                            try insert.run()
                        }
                    }
                    insertTag.bind(1, row.tag)
                    insertTag.bind(2, head)
                    try insertTag.run()
                }
            }
        }
        setLog.bind(1, head)
        setLog.bind(2, time)
        setLog.bind(3, head)
        try setLog.run()
        try commit.run()
    }

    func execute(_ sql: String) throws { try database.execute(sql) }
}

extension RawLog.Row {
    /// The row of an item in a stream.
    init(_ number: Int, stream: Int, version: Int, schema: SchemaRegistry) throws {
        self.init(
            stream: Int64(stream),
            version: Int64(version),
            id: EventID.generate().bytes,
            data: try schema.encode(ItemAdded(number))
        )
    }
}
#endif
