internal import CSQLite
internal import EddaCore
internal import Synchronization

/// Knows how long the write-ahead log is, from the hook that SQLite calls after each commit
/// (sqlite.org/c3ref/wal_hook.html) and from checkpoints, and tells any thread.
final class WALGauge: Sendable {
    private let state = Mutex(SQLiteStore.LogStatus())

    /// What is known of the log.
    var status: SQLiteStore.LogStatus { state.withLock(\.self) }

    /// Follows the commits of a connection, which does not outlive the gauge.
    func follow(_ connection: Connection) {
        _ = sqlite3_wal_hook(
            connection.handle,
            { context, _, _, pages in
                if let context { Unmanaged<WALGauge>.fromOpaque(context).takeUnretainedValue().hasGrown(to: Int(pages)) }
                return SQLITE_OK
            },
            Unmanaged.passUnretained(self).toOpaque()
        )
    }

    private func hasGrown(to pages: Int) {
        state.withLock { state in
            if pages < state.pages { state.movedPages = 0 }
            state.pages = pages
        }
    }

    /// Moves the log into the database without waiting for anybody (sqlite.org/c3ref/wal_checkpoint_v2.html, PASSIVE);
    /// a reader that still needs the older pages is in the way of the rest. A checkpoint that fails loses nothing: the
    /// pages stay in the log.
    ///
    /// - Parameter limit: A log that has more pages than this, and is moved as a whole, is cut to nothing (TRUNCATE);
    ///   otherwise the next commit starts it anew in the space that it has.
    /// - Returns: Whether all of it was moved.
    @discardableResult
    func checkpoint(_ connection: Connection, cuttingAbove limit: Int) -> Bool {
        var inLog: Int32 = 0
        var moved: Int32 = 0
        let code = sqlite3_wal_checkpoint_v2(connection.handle, nil, SQLITE_CHECKPOINT_PASSIVE, &inLog, &moved)
        guard code == SQLITE_OK else {
            let message = String(cString: sqlite3_errmsg(connection.handle))
            state.withLock { $0.failure = "\(message) (\(sqlite3_extended_errcode(connection.handle)))" }
            return false
        }
        let isWhole = inLog == moved
        state.withLock { state in
            state.pages = Int(inLog)
            state.movedPages = Int(moved)
            state.heldBack = isWhole ? 0 : state.heldBack + 1
            state.failure = nil
        }
        if isWhole, inLog > limit { cut(connection) }
        return isWhole
    }

    /// Moves the log and cuts it to nothing, unless somebody reads it.
    func cut(_ connection: Connection) {
        let code = sqlite3_wal_checkpoint_v2(connection.handle, nil, SQLITE_CHECKPOINT_TRUNCATE, nil, nil)
        guard code == SQLITE_OK else { return }
        state.withLock { $0 = SQLiteStore.LogStatus() }
    }
}
