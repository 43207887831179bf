internal import EddaCore

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// Finds out which processes hold SQLite's locks.
enum LockHolder {
    /// The error for a database that a process which does not write through Edda keeps locked.
    static func error(path: String, limit: Duration, failure: SQLiteFailure) -> StoreError {
        let holder =
            pids(path: path, bytes: 120...120, mode: "WRITE").first.map { "Process \($0)" } ?? "Another process"
        return StoreError(
            .locked,
            "\(holder) has held the write lock of \(path) for more than \(limit). Nothing was written. Repeat the call; "
                + "if that process hangs, end it.",
            underlying: failure
        )
    }

    /// The processes that read the database at this moment, this one among them when one of its readers does.
    static func readers(path: String) -> [Int] { pids(path: path, bytes: 123...127, mode: "READ") }

    /// The holders of locks on bytes of the shared-memory file, according to the kernel: byte 120 is WAL's write lock,
    /// 123 to 127 are those of readers (sqlite.org/walformat.html, section 2.3).
    ///
    /// Empty where the kernel does not tell.
    private static func pids(path: String, bytes: ClosedRange<Int>, mode: String) -> [Int] {
        var pids: [Int] = []
        #if os(Linux)
        var status = stat()
        guard stat(path + "-shm", &status) == 0, let file = fopen("/proc/locks", "re") else { return [] }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 256)
        while fgets(&line, Int32(line.count), file) != nil {
            // 1: POSIX  ADVISORY  WRITE 4711 fe:00:262155 120 120
            let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            let fields = text.split(whereSeparator: \.isWhitespace)
            guard fields.count >= 8, fields[1] == "POSIX", fields[3] == mode, fields[5].hasSuffix(":\(status.st_ino)"),
                let first = Int(fields[6]), let last = Int(fields[7]), bytes.overlaps(first...max(first, last)),
                let pid = Int(fields[4]), !pids.contains(pid)
            else { continue }
            pids.append(pid)
        }
        #endif
        return pids
    }
}
