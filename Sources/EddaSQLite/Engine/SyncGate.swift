internal import Synchronization

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// Under ``Durability/normal`` a commit returns before it has reached the disk.
///
/// A message that has left cannot be taken back as power loss takes back the commit that caused it, so the outbox shows
/// only messages whose commit is synced.
///
/// The write-ahead log is opened here beside SQLite, which is safe: SQLite takes its locks on the database and on the
/// shared-memory file, never on the log (sqlite.org/walformat.html).
final class SyncGate: Sendable {
    private let path: String
    private let synced = Mutex<Int64>(0)

    init(database: String) { path = database + "-wal" }

    /// The last place of the outbox that is on disk.
    var limit: Int64 { synced.withLock(\.self) }

    /// Writes the log to disk, and lets the messages up to `sequence` go.
    ///
    /// When that fails they stay until the next time.
    func open(upTo sequence: Int64) {
        let descriptor = Self.openFile(path)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        guard Self.sync(descriptor) == 0 else { return }
        synced.withLock { $0 = max($0, sequence) }
    }

    private static func openFile(_ path: String) -> Int32 {
        #if canImport(Glibc)
        Glibc.open(path, O_RDONLY | O_CLOEXEC)
        #elseif canImport(Musl)
        Musl.open(path, O_RDONLY | O_CLOEXEC)
        #else
        Darwin.open(path, O_RDONLY | O_CLOEXEC)
        #endif
    }

    private static func sync(_ descriptor: Int32) -> Int32 {
        #if os(Linux)
        fdatasync(descriptor)
        #else
        fcntl(descriptor, F_FULLFSYNC)
        #endif
    }
}
