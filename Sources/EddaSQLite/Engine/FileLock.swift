internal import EddaCore

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// The lock that writers in different processes take in turn: `flock` on a file beside the database.
///
/// SQLite's own locks would do for the data. This one also keeps two processes from checkpointing while the other
/// commits, which SQLite before 3.51.3 does not survive for certain (sqlite.org/wal.html, "The WAL-Reset Bug"), and it
/// tells who holds it. The database file itself is never opened here: closing a descriptor of it would drop SQLite's
/// locks (sqlite.org/howtocorrupt.html, section 2.2).
///
/// Used on the writer's thread only.
final class FileLock {
    private let path: String
    private let descriptor: Int32
    /// Held while waiting: a busy process that has just let go of the lock cannot take it again before the one that waits.
    private let turnstile: Int32

    init(path: String) throws(StoreError) {
        self.path = path
        descriptor = try Self.openFile(path)
        do {
            turnstile = try Self.openFile(path + ".next")
        } catch {
            close(descriptor)
            throw error
        }
    }

    deinit {
        close(descriptor)
        close(turnstile)
    }

    /// Takes the lock, waiting for at most `limit`.
    ///
    /// - Throws: ``StoreError`` with code `locked`, naming the process that holds it.
    func lock(within limit: Duration) throws(StoreError) {
        var patience = Patience(limit)
        try take(turnstile, &patience, limit)
        defer { flock(turnstile, LOCK_UN) }
        try take(descriptor, &patience, limit)
        noteHolder()
    }

    /// Takes the lock if nobody holds it or waits for it.
    func tryLock() -> Bool {
        guard flock(turnstile, LOCK_EX | LOCK_NB) == 0 else { return false }
        defer { flock(turnstile, LOCK_UN) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { return false }
        noteHolder()
        return true
    }

    private func noteHolder() {
        var line = Array("\(getpid())\n".utf8)
        while line.count < 12 { line.insert(UInt8(ascii: " "), at: 0) }
        _ = pwrite(descriptor, line, line.count, 0)
    }

    private func take(_ file: Int32, _ patience: inout Patience, _ limit: Duration) throws(StoreError) {
        var pause: UInt32 = 50
        while flock(file, LOCK_EX | LOCK_NB) != 0 {
            guard errno == EWOULDBLOCK || errno == EINTR else {
                throw StoreError(.ioError, "\(path) cannot be locked: \(String(cString: strerror(errno))).")
            }
            guard !patience.isOver() else { throw timedOut(file, limit) }
            usleep(pause)
            pause = min(pause * 2, 1_000)
        }
    }

    private static func openFile(_ path: String) throws(StoreError) -> Int32 {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            throw StoreError(
                .cannotOpen,
                "The lock file \(path) cannot be opened: \(String(cString: strerror(errno))). "
                    + "The folder of a database must be writable."
            )
        }
        return descriptor
    }

    /// Lets go of the lock.
    func unlock() { flock(descriptor, LOCK_UN) }

    /// The error that names who is waited for: the holder of the lock, else the first of those who wait for it.
    ///
    /// Whoever is in the queue behind a process that waits for a third one is told that third one.
    private func timedOut(_ file: Int32, _ limit: Duration) -> StoreError {
        var held = path
        var pid = holder(of: path)
        if pid == nil, file == turnstile {
            held = path + ".next"
            pid = holder(of: held)
        }
        if file == descriptor { pid = pid ?? noted }
        let holder = pid.map { "Process \($0)" } ?? "Another process"
        return StoreError(
            .locked,
            "\(holder) has held \(held) for more than \(limit). Nothing was written. Repeat the call; if that process is "
                + "stopped or hangs, continue or end it."
        )
    }

    /// Who holds a file, according to the kernel; `nil` where the kernel does not tell.
    ///
    /// What is noted in the file comes second: whoever was stopped before it had noted itself holds the lock all the
    /// same.
    private func holder(of path: String) -> Int? {
        KernelLock.some(of: path) { $0.isExclusive && $0.pid > 0 }.first?.pid
    }

    /// The process that has noted itself in the file last.
    private var noted: Int? {
        var line = [UInt8](repeating: 0, count: 12)
        let count = pread(descriptor, &line, line.count, 0)
        return Int(String(decoding: line.prefix(max(0, count)), as: UTF8.self).filter(\.isNumber))
    }
}
