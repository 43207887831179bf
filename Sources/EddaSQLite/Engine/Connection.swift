internal import CSQLite
internal import EddaCore

/// One SQLite connection and its prepared statements, confined to one thread at a time.
final class Connection {
    /// What a connection may do.
    enum Access {
        /// Reads, writes and checkpoints.
        ///
        /// The log's file is cut to `logLimit` bytes when it starts anew.
        case writer(Durability, logLimit: Int)
        /// Reads only, and waits for so long while a log that a crash left behind is being recovered.
        case reader(patience: Duration)
    }

    let path: String
    let handle: OpaquePointer
    /// Kept until the database is closed.
    private let logVFS: LogVFS?
    private let guardian = StatementGuard()
    private var fixed: [Statement?] = []
    private var written: [ExactText: (statement: Statement, lastUse: Int)] = [:]
    private var uses = 0

    /// The most statements of callers that are kept prepared.
    private static let writtenLimit = 128

    /// Opens a database.
    ///
    /// A reader needs a database that exists. Neither checkpoints by itself: the writer does so when told
    /// (sqlite.org/wal.html, section 11, for why no other connection may).
    ///
    /// - Parameter vfs: The name of the VFS (sqlite.org/vfs.html); `nil` for the system's.
    init(path: String, access: Access, vfs: String? = nil) throws(SQLiteFailure) {
        self.path = path
        var flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE
        switch access {
        case .writer: flags |= SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
        case .reader: flags |= SQLITE_OPEN_READONLY
        }
        // Only there is the log synced before its frames are looked for.
        if case .writer(.full, _) = access { logVFS = LogVFS(above: vfs) } else { logVFS = nil }
        var opened: OpaquePointer?
        let code = sqlite3_open_v2(path, &opened, flags, logVFS?.name ?? vfs)
        guard code == SQLITE_OK, let handle = opened else {
            let message = opened.map { String(cString: sqlite3_errmsg($0)) } ?? String(cString: sqlite3_errstr(code))
            sqlite3_close_v2(opened)
            throw SQLiteFailure(extendedCode: code, message: message)
        }
        self.handle = handle
        if let logVFS {
            let context = Unmanaged.passUnretained(logVFS).toOpaque()
            sqlite3_rollback_hook(handle, { Unmanaged<LogVFS>.fromOpaque($0!).takeUnretainedValue().forget() }, context)
        }
        try configure(access)
        guardian.install(on: handle)
    }

    deinit {
        fixed = []
        written = [:]
        // While somebody still has a statement, the database stays open, and its VFS has to stay as well.
        if let logVFS, sqlite3_next_stmt(handle, nil) != nil { _ = Unmanaged.passRetained(logVFS) }
        sqlite3_close_v2(handle)
    }

    private func configure(_ access: Access) throws(SQLiteFailure) {
        _ = edda_sqlite3_db_config(handle, SQLITE_DBCONFIG_DQS_DML, 0)
        _ = edda_sqlite3_db_config(handle, SQLITE_DBCONFIG_DQS_DDL, 0)
        _ = edda_sqlite3_db_config(handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)
        try execute("PRAGMA wal_autocheckpoint = 0")
        try execute("PRAGMA mmap_size = 0")
        try execute("PRAGMA temp_store = MEMORY")
        switch access {
        case .writer(let durability, let logLimit):
            try execute("PRAGMA synchronous = \(durability.synchronous)")
            try execute("PRAGMA foreign_keys = ON")
            try execute("PRAGMA secure_delete = OFF")
            try execute("PRAGMA journal_size_limit = \(logLimit)")
            try execute("PRAGMA cache_size = -16384")
        case .reader(let patience):
            sqlite3_busy_timeout(handle, Int32(clamping: patience.wholeNanoseconds / 1_000_000))
            try execute("PRAGMA query_only = ON")
        }
    }

    /// Whether no transaction is open.
    var isAutocommit: Bool { sqlite3_get_autocommit(handle) != 0 }

    /// The rowid of the last row inserted.
    var lastInsertedRow: Int64 { sqlite3_last_insert_rowid(handle) }

    /// How many rows have been changed since the connection was opened.
    var totalChanges: Int64 { Int64(sqlite3_total_changes64(handle)) }

    /// Has the write-ahead log written to disk, through SQLite's own file (sqlite.org/c3ref/c_fcntl_begin_atomic_write.html,
    /// SQLITE_FCNTL_JOURNAL_POINTER).
    ///
    /// - Returns: Whether it was; not before the connection has read or written for the first time.
    func syncLog() -> Bool {
        var file: UnsafeMutablePointer<sqlite3_file>?
        guard sqlite3_file_control(handle, "main", SQLITE_FCNTL_JOURNAL_POINTER, &file) == SQLITE_OK, let file,
            let sync = file.pointee.pMethods?.pointee.xSync
        else { return false }
        return sync(file, SQLITE_SYNC_FULL) == SQLITE_OK
    }

    /// Runs SQL text of any number of statements and ignores rows.
    func execute(_ sql: String) throws(SQLiteFailure) {
        let code = sqlite3_exec(handle, sql, nil, nil, nil)
        if code != SQLITE_OK { throw failure(code) }
    }

    /// The value in the first column of the first row of a query, as an integer; 0 when there is no row.
    func integer(_ sql: String) throws(SQLiteFailure) -> Int64 {
        let statement = try prepare(sql)
        return try statement.step() ? statement.integer(0) : 0
    }

    /// The value in the first column of the first row of a query, as text; empty when there is no row.
    func text(_ sql: String) throws(SQLiteFailure) -> String {
        let statement = try prepare(sql)
        return try statement.step() ? statement.text(0) : ""
    }

    /// A number that changes with the content of the database, as far as this connection has seen it.
    ///
    /// See sqlite.org/c3ref/c_fcntl_begin_atomic_write.html, `SQLITE_FCNTL_DATA_VERSION`.
    var dataVersion: UInt32 {
        var version: UInt32 = 0
        sqlite3_file_control(handle, "main", SQLITE_FCNTL_DATA_VERSION, &version)
        return version
    }

    /// A statement of Edda's own, prepared on first use.
    func statement(_ known: StoreStatement) throws(SQLiteFailure) -> Statement {
        if fixed.isEmpty { fixed = [Statement?](repeating: nil, count: StoreStatement.allCases.count) }
        if let statement = fixed[known.rawValue] { return statement }
        let statement = try prepare(known.sql)
        fixed[known.rawValue] = statement
        return statement
    }

    /// A statement by its text, kept prepared while it is among those that were used last.
    func cached(_ sql: String) throws(SQLiteFailure) -> Statement {
        // What callers write is prepared under guard, so it is not shared with what Edda itself writes.
        let key = ExactText(guardian.isActive ? "guarded " + sql : sql)
        uses += 1
        if let statement = written[key]?.statement {
            written[key]?.lastUse = uses
            return statement
        }
        let statement = try prepare(sql)
        if written.count >= Self.writtenLimit, let oldest = written.min(by: { $0.value.lastUse < $1.value.lastUse }) {
            written[oldest.key] = nil
        }
        written[key] = (statement, uses)
        return statement
    }

    /// Runs `body` while statements are held to what callers of a store may do.
    func guarded<Result>(_ body: () throws -> Result) rethrows -> Result {
        guardian.isActive = true
        defer { guardian.isActive = false }
        return try body()
    }

    private func prepare(_ sql: String) throws(SQLiteFailure) -> Statement {
        guard !sql.utf8.contains(0) else {
            throw SQLiteFailure(
                extendedCode: SQLITE_ERROR,
                message: "the character U+0000 would end the statement: \(sql.prefix(400))"
            )
        }
        var prepared: OpaquePointer?
        var rest = ""
        let code = sql.withCString { start in
            var tail: UnsafePointer<CChar>?
            let code = sqlite3_prepare_v3(handle, start, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &prepared, &tail)
            rest = tail.map { String(cString: $0) } ?? ""
            return code
        }
        guard code == SQLITE_OK else {
            throw SQLiteFailure(
                extendedCode: code,
                message: guardian.takeRefusal() ?? "\(String(cString: sqlite3_errmsg(handle))) in: \(sql.prefix(400))"
            )
        }
        guard let prepared else {
            throw SQLiteFailure(extendedCode: SQLITE_ERROR, message: "there is no statement in: \(sql.prefix(400))")
        }
        let statement = Statement(handle: prepared, database: handle)
        guard rest.allSatisfy({ $0.isWhitespace || $0 == ";" }) else {
            throw SQLiteFailure(
                extendedCode: SQLITE_ERROR,
                message: "only one statement at a time is executed, found more in: \(sql.prefix(400))"
            )
        }
        return statement
    }

    private func failure(_ code: Int32) -> SQLiteFailure {
        SQLiteFailure(extendedCode: code, message: String(cString: sqlite3_errmsg(handle)))
    }
}

@available(*, unavailable)
extension Connection: Sendable {}
