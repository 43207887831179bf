#if CLI
internal import CSQLite

/// A database driven through SQLite's C interface and nothing else: what the limits are measured with.
///
/// Confined to the task that made it.
final class RawDatabase {
    /// What SQLite said no to.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    private let handle: OpaquePointer
    private var statements: [RawStatement] = []

    /// Opens or creates a database.
    init(_ path: String, isReadOnly: Bool = false, synchronous: String = "FULL") throws {
        var opened: OpaquePointer?
        let flags =
            SQLITE_OPEN_NOMUTEX | (isReadOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE)
        guard sqlite3_open_v2(path, &opened, flags, nil) == SQLITE_OK, let opened else {
            throw Failure(description: "\(path) cannot be opened.")
        }
        handle = opened
        try execute("PRAGMA temp_store = MEMORY; PRAGMA mmap_size = 0")
        if isReadOnly { return }
        try execute(
            """
            PRAGMA journal_mode = WAL; PRAGMA synchronous = \(synchronous); PRAGMA cache_size = -16384;
            PRAGMA foreign_keys = OFF; PRAGMA wal_autocheckpoint = 1000; PRAGMA secure_delete = OFF
            """
        )
    }

    deinit {
        for statement in statements { sqlite3_finalize(statement.handle) }
        sqlite3_close_v2(handle)
    }

    /// Runs SQL text and ignores rows.
    func execute(_ sql: String) throws {
        guard sqlite3_exec(handle, sql, nil, nil, nil) == SQLITE_OK else { throw failure(sql) }
    }

    /// A statement that lives as long as the database.
    func prepare(_ sql: String) throws -> RawStatement {
        var prepared: OpaquePointer?
        guard sqlite3_prepare_v3(handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &prepared, nil) == SQLITE_OK,
            let prepared
        else { throw failure(sql) }
        let statement = RawStatement(handle: prepared)
        statements.append(statement)
        return statement
    }

    /// The first column of the first row.
    func integer(_ sql: String) throws -> Int64 {
        let statement = try prepare(sql)
        defer { statement.reset() }
        return try statement.step() ? statement.integer(0) : 0
    }

    /// All rows of a query, each with its columns as text.
    func rows(_ sql: String) throws -> [[String]] {
        let statement = try prepare(sql)
        defer { statement.reset() }
        var rows: [[String]] = []
        while try statement.step() {
            rows.append((0..<sqlite3_column_count(statement.handle)).map(statement.text))
        }
        return rows
    }

    private func failure(_ sql: String) -> Failure {
        Failure(description: "\(String(cString: sqlite3_errmsg(handle))) in: \(sql.prefix(200))")
    }
}

/// A prepared statement of a ``RawDatabase``.
struct RawStatement {
    let handle: OpaquePointer

    @inline(__always)
    func bind(_ index: Int32, _ value: Int64) { sqlite3_bind_int64(handle, index, value) }

    /// The bytes stay where they are until the statement has run.
    @inline(__always)
    func bind(_ index: Int32, blob bytes: UnsafeRawBufferPointer) {
        sqlite3_bind_blob64(handle, index, bytes.baseAddress, UInt64(bytes.count), nil)
    }

    /// The bytes stay where they are until the statement has run.
    @inline(__always)
    func bind(_ index: Int32, text bytes: UnsafeRawBufferPointer) {
        sqlite3_bind_text64(
            handle,
            index,
            bytes.assumingMemoryBound(to: CChar.self).baseAddress,
            UInt64(bytes.count),
            nil,
            UInt8(SQLITE_UTF8)
        )
    }

    @inline(__always)
    func step() throws -> Bool {
        switch sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        default:
            throw RawDatabase.Failure(description: String(cString: sqlite3_errmsg(sqlite3_db_handle(handle))))
        }
    }

    @inline(__always)
    func run() throws {
        _ = try step()
        sqlite3_reset(handle)
    }

    func reset() { sqlite3_reset(handle) }

    @inline(__always)
    func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }

    @inline(__always)
    func isNull(_ column: Int32) -> Bool { sqlite3_column_type(handle, column) == SQLITE_NULL }

    func text(_ column: Int32) -> String {
        sqlite3_column_text(handle, column).map { String(cString: $0) } ?? ""
    }

    /// The bytes of a column, valid until the next step.
    @inline(__always)
    func bytes(_ column: Int32) -> UnsafeRawBufferPointer {
        let start = sqlite3_column_blob(handle, column)
        return UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column)))
    }
}
#endif
