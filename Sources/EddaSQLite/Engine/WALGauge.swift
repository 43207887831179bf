internal import CSQLite

/// Knows how long the write-ahead log is, from the hook that SQLite calls after each commit
/// (sqlite.org/c3ref/wal_hook.html).
final class WALGauge {
    /// How many pages the log holds.
    private(set) var pages = 0

    init(_ connection: Connection) {
        // The session owns the gauge and replaces it together with the connection.
        _ = sqlite3_wal_hook(
            connection.handle,
            { context, _, _, pages in
                if let context { Unmanaged<WALGauge>.fromOpaque(context).takeUnretainedValue().pages = Int(pages) }
                return SQLITE_OK
            },
            Unmanaged.passUnretained(self).toOpaque()
        )
    }

    /// Moves the log into the database without waiting for anybody (sqlite.org/c3ref/wal_checkpoint_v2.html, PASSIVE).
    ///
    /// - Returns: Whether all of it was moved, so that the next commit starts the log anew. A reader that still needs the
    ///   older pages is in the way.
    func checkpoint(_ connection: Connection) -> Bool {
        var inLog: Int32 = 0
        var moved: Int32 = 0
        let code = sqlite3_wal_checkpoint_v2(connection.handle, nil, SQLITE_CHECKPOINT_PASSIVE, &inLog, &moved)
        return code == SQLITE_OK && inLog == moved
    }
}
