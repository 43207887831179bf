internal import EddaCore

/// Finds out which process holds SQLite's write lock.
enum LockHolder {
    /// The error for a database that a process which does not write through Edda keeps locked.
    static func error(path: String, limit: Duration, failure: SQLiteFailure) -> StoreError {
        let holder = pid(path: path).map { "Process \($0)" } ?? "Another process"
        return StoreError(
            .locked,
            "\(holder) has held the write lock of \(path) for more than \(limit). Nothing was written. Repeat the call; "
                + "if that process hangs, end it.",
            underlying: failure
        )
    }

    /// The holder of byte 120 of the shared-memory file, which is WAL's write lock (sqlite.org/walformat.html, section
    /// 2.3), according to the kernel.
    ///
    /// `nil` where the kernel does not tell.
    private static func pid(path: String) -> Int? {
        KernelLock.some(of: path + "-shm", where: \.isOfWriter).first?.pid
    }
}
