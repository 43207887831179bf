#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// Which other processes have a database open, read it, and write it at this moment, according to the kernel.
///
/// Empty where the kernel does not tell.
struct FileUsers {
    /// Who has a connection: it holds the dead man's switch, byte 128 of the shared-memory file (sqlite.org/walformat.html,
    /// section 2.3; os_unix.c, "unixShmNode").
    private(set) var open: [Int] = []
    /// Who has a read transaction: one of the bytes 123 to 127.
    private(set) var reading: [Int] = []
    /// Who writes: SQLite's own write lock, byte 120, or the lock that Edda's writers take in turn.
    private(set) var writing: [Int] = []

    init(_ path: String) {
        let (memory, turn) = (KernelLock.all(of: path + "-shm"), KernelLock.all(of: path + ".lock"))
        func others(_ locks: [KernelLock]) -> [Int] { Set(locks.map(\.pid)).subtracting([Int(getpid())]).sorted() }
        open = others(memory.filter { $0.covers(128) })
        reading = others(memory.filter(\.isOfReader))
        writing = others(memory.filter(\.isOfWriter) + turn)
    }

    /// All who have a read transaction, this process among them.
    static func readers(of path: String) -> [Int] {
        Set(KernelLock.some(of: path + "-shm", where: \.isOfReader).map(\.pid)).sorted()
    }

    /// The processes with their names: `4711 orders`.
    static func names(_ pids: [Int]) -> String {
        pids.map { pid in
            // A process of another container has no number here.
            guard pid > 0 else { return "a process elsewhere" }
            guard let name = firstLine(of: "/proc/\(pid)/comm") else { return "\(pid)" }
            return "\(pid) \(name)"
        }
        .joined(separator: ", ")
    }

    /// The size of a file; 0 when it is not there.
    static func size(of path: String) -> Int64 {
        var status = stat()
        return stat(path, &status) == 0 ? Int64(status.st_size) : 0
    }

    private static func firstLine(of path: String) -> String? {
        guard let file = fopen(path, "re") else { return nil }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 256)
        guard fgets(&line, Int32(line.count), file) != nil else { return nil }
        let bytes = line.prefix { $0 != 0 && $0 != 10 }.map { UInt8(bitPattern: $0) }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// A lock on a file, from the kernel's list.
struct KernelLock {
    let pid: Int
    let isExclusive: Bool
    let first: Int
    let last: Int

    func covers(_ byte: Int) -> Bool { first <= byte && byte <= last }

    /// Of the shared-memory file: whether it is that of a read transaction.
    var isOfReader: Bool { (123...127).contains(where: covers) }

    /// Of the shared-memory file: whether it is SQLite's write lock.
    var isOfWriter: Bool { isExclusive && covers(120) }

    /// The major and the minor number of a device (makedev(3)).
    private static func numbers(of device: UInt64) -> [UInt64] {
        [(device >> 8) & 0xfff | (device >> 32) & ~0xfff, device & 0xff | (device >> 12) & ~0xff]
    }

    /// The locks of one sort that are held on a file; looked for again when there seems to be none.
    ///
    /// The kernel's list is read in pieces, and one that changes meanwhile may hide an entry.
    static func some(of path: String, where isOfSort: (KernelLock) -> Bool) -> [KernelLock] {
        for _ in 0..<5 {
            let locks = all(of: path).filter(isOfSort)
            if !locks.isEmpty { return locks }
        }
        return []
    }

    /// The locks that are held on a file.
    static func all(of path: String) -> [KernelLock] {
        #if os(Linux)
        var status = stat()
        guard stat(path, &status) == 0, let file = fopen("/proc/locks", "re") else { return [] }
        defer { fclose(file) }
        var (locks, others): ([KernelLock], [KernelLock]) = ([], [])
        var line = [CChar](repeating: 0, count: 256)
        while fgets(&line, Int32(line.count), file) != nil {
            // 1: POSIX  ADVISORY  WRITE 4711 fe:00:262155 120 120
            // 2: FLOCK  ADVISORY  WRITE 4711 fe:00:262156 0 EOF
            // Who only waits for a lock has an arrow after the number, and so one field more.
            let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            let fields = text.split(whereSeparator: \.isWhitespace)
            guard fields.count == 8, fields[5].hasSuffix(":\(status.st_ino)"), let pid = Int(fields[4]),
                let first = Int(fields[6])
            else { continue }
            let device = fields[5].split(separator: ":").prefix(2).compactMap { UInt64($0, radix: 16) }
            let lock = KernelLock(
                pid: pid,
                isExclusive: fields[3] == "WRITE",
                first: first,
                last: Int(fields[7]) ?? .max
            )
            if device == numbers(of: UInt64(status.st_dev)) { locks.append(lock) } else { others.append(lock) }
        }
        // A file of another file system may have the same number. But some file systems, such as btrfs, have devices that
        // stat(2) and the kernel's list name differently.
        return locks.isEmpty ? others : locks
        #else
        return []
        #endif
    }
}
