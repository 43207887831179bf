#if CLI
internal import CSQLite
internal import Edda
internal import EddaMigrations

/// The writing limit: the rows of an Edda database, written by a loop over prepared statements.
///
/// It has the tables and indexes of the real thing and none of its triggers and foreign keys; it checks nothing.
final class RawLog {
    /// The number of the type that items have.
    static let itemType: Int64 = 1
    /// The number of a type that nobody handles.
    static let otherType: Int64 = 2
    private static let otherName = "bench.noted"

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
    /// The type that is bound: a binding stays until there is another (sqlite.org/c3ref/reset.html).
    private var boundType: Int64 = 0

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
            headers, data) VALUES (?1, ?2, ?3, 1, ?9, 1, ?4, ?5, ?6, ?7, ?8)
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
        for (type, name) in [(Self.itemType, "\(ItemAdded.eventType)"), (Self.otherType, Self.otherName)] {
            try database.execute("INSERT OR IGNORE INTO edda_types (id, name) VALUES (\(type), '\(name)')")
            try database.execute("INSERT OR IGNORE INTO edda_type_versions (type, schema_version) VALUES (\(type), 1)")
        }
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

    /// Writes a range of rows in one transaction.
    func append(_ rows: borrowing RawRows, _ range: Range<Int>) throws {
        try begin.run()
        try rows.bytes.withUnsafeBytes { bytes in
            try rows.rows.withUnsafeBufferPointer { rows in
                for index in range { try add(rows[index], bytes) }
            }
        }
        setLog.bind(1, head)
        setLog.bind(2, time)
        setLog.bind(3, head)
        try setLog.run()
        try commit.run()
    }

    @inline(__always)
    private func add(_ row: RawRows.Row, _ bytes: UnsafeRawBufferPointer) throws {
        head += 1
        time += 1
        insert.bind(1, head)
        insert.bind(2, row.stream)
        insert.bind(3, row.version)
        insert.bind(4, time)
        if row.type != boundType {
            insert.bind(9, row.type)
            boundType = row.type
        }
        var start = row.start
        func next(_ count: Int) -> UnsafeRawBufferPointer {
            defer { start += count }
            return UnsafeRawBufferPointer(rebasing: bytes[start..<start + count])
        }
        insert.bind(5, blob: next(RawRows.idCount))
        insert.bind(8, blob: next(row.dataCount))
        guard row.tag != 0 else { return try insert.run() }
        insert.bind(6, text: next(row.tagsCount))
        insert.bind(7, text: next(row.headersCount))
        try insert.run()
        insertTag.bind(1, row.tag)
        insertTag.bind(2, head)
        try insertTag.run()
    }

    func execute(_ sql: String) throws { try database.execute(sql) }
}
#endif
