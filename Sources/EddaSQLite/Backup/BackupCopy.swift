internal import CSQLite
internal import EddaCore

/// A backup under way.
///
/// `@unchecked Sendable`: its jobs on the engine's threads run one after another, each awaited before the next begins,
/// and nothing else touches it.
final class BackupCopy: @unchecked Sendable {
    private let target: BackupTarget
    private let head: Int64
    private let generation: Int64
    private var source: Connection?
    private var destination: OpaquePointer?
    private var backup: OpaquePointer?
    private var isPublished = false

    private static let pagesAStep: Int32 = 256

    /// Fixes what is copied: the database as it is now.
    init(of path: String, to target: BackupTarget) throws {
        self.target = target
        do {
            let source = try Connection(path: path, access: .reader(patience: .seconds(5)))
            // The read transaction is what keeps the copy from beginning anew after each commit (sqlite.org/backup.html,
            // "Concurrent Usage of Database Connections").
            try source.execute("BEGIN")
            head = try source.integer("SELECT head FROM edda_log WHERE id = 1")
            generation = try source.integer("SELECT coalesce(max(generation), 1) FROM edda_generations")
            self.source = source
        } catch {
            target.discard()
            target.release()
            throw error.storeError(path: path)
        }
        do {
            try open()
        } catch {
            abandon()
            throw error
        }
    }

    private func open() throws {
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE
        guard sqlite3_open_v2(target.partial, &destination, flags, nil) == SQLITE_OK else { throw failure() }
        // It is synced as a whole at the end, and worth nothing until then.
        try execute("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF")
        backup = sqlite3_backup_init(destination, "main", source?.handle, "main")
        if backup == nil { throw failure() }
    }

    /// Copies some pages.
    ///
    /// - Returns: How far it is; `nil` when all is copied.
    func step() throws -> SQLiteStore.BackupProgress? {
        switch sqlite3_backup_step(backup, Self.pagesAStep) {
        case SQLITE_OK:
            let pages = Int(sqlite3_backup_pagecount(backup))
            return .init(donePages: pages - Int(sqlite3_backup_remaining(backup)), pages: pages)
        case SQLITE_DONE: return nil
        case let code:
            throw SQLiteFailure(extendedCode: code, message: String(cString: sqlite3_errstr(code)))
                .storeError(path: target.partial)
        }
    }

    /// Makes the copy a database by itself, examines it, and gives it its name.
    func finish() throws -> SQLiteStore.Backup {
        let code = sqlite3_backup_finish(backup)
        backup = nil
        guard code == SQLITE_OK else { throw failure() }
        source = nil
        // As a copy it says that it uses a write-ahead log. Without one it is a single file that needs nothing beside it.
        try execute("SELECT count(*) FROM edda_log; PRAGMA journal_mode = DELETE")
        closeDestination()
        try examine()
        try target.publish()
        isPublished = true
        let size = target.size
        target.release()
        return .init(path: target.path, head: Position(head), generation: Int(generation), bytes: size)
    }

    private func examine() throws {
        do {
            let copy = try Connection(path: target.partial, access: .reader(patience: .seconds(5)))
            let verdict = try copy.text("PRAGMA quick_check(1)")
            guard verdict == "ok" else {
                throw StoreError(
                    .corrupt,
                    "The backup is damaged (\(verdict)), and was thrown away: the database is damaged, or the disk is. "
                        + "Verify the database."
                )
            }
            let found = try copy.integer("SELECT head FROM edda_log WHERE id = 1")
            guard found == head, try copy.text("PRAGMA journal_mode") == "delete" else {
                throw StoreError(.corrupt, "The backup has the head \(found), not \(head), and was thrown away.")
            }
        } catch let failure as SQLiteFailure {
            throw failure.storeError(path: target.partial)
        }
    }

    /// Removes what was made so far.
    func abandon() {
        guard !isPublished else { return }
        if let backup { sqlite3_backup_finish(backup) }
        backup = nil
        source = nil
        closeDestination()
        target.discard()
        target.release()
        isPublished = true
    }

    private func closeDestination() {
        sqlite3_close_v2(destination)
        destination = nil
    }

    private func execute(_ sql: String) throws {
        guard sqlite3_exec(destination, sql, nil, nil, nil) == SQLITE_OK else { throw failure() }
    }

    private func failure() -> StoreError {
        SQLiteFailure(
            extendedCode: sqlite3_extended_errcode(destination),
            message: String(cString: sqlite3_errmsg(destination))
        )
        .storeError(path: target.partial)
    }
}
