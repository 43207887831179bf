internal import CSQLite
internal import EddaCore

extension WriterSession {
    /// The commit ended in an error.
    ///
    /// When SQLite has ended the transaction with the error, it is open whether the commit took effect; then the marker
    /// on disk tells. What certainly did not take effect is run again, each unit alone.
    func recover(from error: any Error, _ group: WriteGroup, isRetry: Bool) {
        let failure = error as? SQLiteFailure
        if connection.isAutocommit {
            do {
                if try isCommittedAfterReopening() { return committed(group) }
            } catch let reason {
                abandon()
                settings.aggregates.removeAll()
                // What does not fit on the disk is no frame of the log as a whole, and so no commit.
                guard failure?.code == SQLITE_FULL, (reason as? SQLiteFailure)?.code == SQLITE_FULL else {
                    group.fail(CommitUnknown(underlying: error))
                    return
                }
            }
        }
        abandon()
        let mapped: any Error = failure?.storeError(path: settings.path) ?? error
        if isRetry || group.units.count == 1 {
            group.fail(mapped)
        } else {
            for unit in group.units { processAlone(unit) }
        }
    }

    /// Opens the database anew and reads whose commit was the last.
    ///
    /// When it was not ours, its frames may still lie behind the end of the log, where recovery after a crash could
    /// find them; a commit of our own overwrites them first, so that "not written" stays true.
    private func isCommittedAfterReopening() throws -> Bool {
        let expected = marker
        try reconnect()
        try beginImmediate()
        try readLog()
        if marker == expected {
            try connection.execute("COMMIT")
            dataVersion = try dataVersionNow()
            return true
        }
        marker = freshMarker()
        try connection.statement(.setLog).setLog(effects, marker: marker)
        try connection.execute("COMMIT")
        dataVersion = try dataVersionNow()
        return false
    }

    /// Rolls back what is left of a transaction and forgets what is in memory; the next group reads the log again.
    func abandon() {
        if !connection.isAutocommit { try? connection.execute("ROLLBACK") }
        if !connection.isAutocommit { try? reconnect() }
        memory = ConnectionMemory()
        boot = ""
    }
}
