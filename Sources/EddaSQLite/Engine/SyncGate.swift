internal import Synchronization

/// Under ``Durability/normal`` a commit returns before it has reached the disk.
///
/// A message that has left cannot be taken back as power loss takes back the commit that caused it, so the outbox shows
/// only messages whose commit is synced.
final class SyncGate: Sendable {
    private struct State {
        var wanted: Int64 = 0
        var synced: Int64 = 0
    }

    private let state = Mutex(State())

    /// The last place of the outbox that is on disk.
    var limit: Int64 { state.withLock(\.synced) }

    /// Whether messages wait for the disk because the last attempt failed.
    var isBehind: Bool { state.withLock { $0.synced < $0.wanted } }

    /// Has the log written to disk, and lets the messages up to `sequence` go.
    ///
    /// When that fails they stay until the next time; the watch over the database's notify file tries once a second.
    ///
    /// - Parameters:
    ///   - sequence: A place of the outbox that is committed.
    ///   - sync: Writes the log, and tells whether it could.
    func open(upTo sequence: Int64, sync: () -> Bool) {
        state.withLock { $0.wanted = max($0.wanted, sequence) }
        guard sync() else { return }
        state.withLock { $0.synced = max($0.synced, sequence) }
    }
}
