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
    private struct State {
        var wanted: Int64 = 0
        var synced: Int64 = 0
    }

    private let sync: @Sendable () -> Bool
    private let state = Mutex(State())

    /// A gate for the log of a database.
    convenience init(database: String) {
        let path = database + "-wal"
        self.init { Self.sync(path) }
    }

    /// A gate that has the log written by `sync`, which tells whether it could.
    init(sync: @escaping @Sendable () -> Bool) { self.sync = sync }

    /// The last place of the outbox that is on disk.
    var limit: Int64 { state.withLock(\.synced) }

    /// Whether messages wait for the disk because the last attempt failed.
    var isBehind: Bool { state.withLock { $0.synced < $0.wanted } }

    /// Writes the log to disk, and lets the messages up to `sequence` go.
    ///
    /// When that fails they stay until the next time; the watch over the database's notify file tries once a second.
    func open(upTo sequence: Int64) {
        state.withLock { $0.wanted = max($0.wanted, sequence) }
        guard sync() else { return }
        state.withLock { $0.synced = max($0.synced, sequence) }
    }

    private static func sync(_ path: String) -> Bool {
        let descriptor = openFile(path)
        // A log that is not there has nothing that is not in the database.
        guard descriptor >= 0 else { return errno == ENOENT }
        defer { close(descriptor) }
        return sync(descriptor) == 0
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
