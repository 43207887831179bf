internal import EddaCore

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

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
        #if os(Linux)
        var status = stat()
        guard stat(path + "-shm", &status) == 0, let file = fopen("/proc/locks", "re") else { return nil }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 256)
        while fgets(&line, Int32(line.count), file) != nil {
            // 1: POSIX  ADVISORY  WRITE 4711 fe:00:262155 120 120
            let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            let fields = text.split(whereSeparator: \.isWhitespace)
            guard fields.count >= 8, fields[3] == "WRITE", fields[5].hasSuffix(":\(status.st_ino)"),
                let first = Int(fields[6]), let last = Int(fields[7]), first <= 120, last >= 120
            else { continue }
            return Int(fields[4])
        }
        #endif
        return nil
    }
}
