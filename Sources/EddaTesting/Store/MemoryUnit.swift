internal import EddaCore

/// A transaction on a ``MemoryState``.
///
/// Changes are made in place; each leaves behind how it is undone.
final class MemoryUnit: WriteTransaction {
    /// What was changed, to raise the right signals after the commit.
    struct Changes: OptionSet {
        let rawValue: Int
        static let events = Changes(rawValue: 1)
        static let outbox = Changes(rawValue: 2)
        static let timers = Changes(rawValue: 4)
        static let projections = Changes(rawValue: 8)
        static let leases = Changes(rawValue: 16)
    }

    let state: MemoryState
    let now: Moment
    /// How long idempotency keys are kept at least.
    let keyRetention: Duration
    var changes: Changes = []
    /// What a hook threw; it fails the unit even if its body catches it.
    private(set) var hookFailure: (any Error)?
    private var isInHook = false
    private var undo: [(MemoryState) -> Void] = []

    init(state: MemoryState, now: Moment, keyRetention: Duration) {
        self.keyRetention = keyRetention
        self.state = state
        self.now = now
    }

    /// Notes how a change is undone.
    func onRollBack(_ action: @escaping (MemoryState) -> Void) { undo.append(action) }

    /// How many changes have been made.
    var mark: Int { undo.count }

    /// Undoes the changes after a mark, the last one first.
    func rollBack(to mark: Int) {
        while undo.count > mark { undo.removeLast()(state) }
    }

    /// Runs the hooks.
    ///
    /// An append by a hook itself does not run them again.
    func runHooks(on events: [RecordedEvent]) throws {
        guard !isInHook else { return }
        isInHook = true
        defer { isInHook = false }
        do {
            for hook in state.hooks { try hook.didAppend(events, in: self) }
        } catch {
            hookFailure = error
            throw error
        }
    }

    /// Ends the body of a unit.
    ///
    /// - Throws: What a hook threw.
    func finish() throws {
        if let hookFailure { throw hookFailure }
    }

    /// Replaces a value of the state.
    func set<Value>(_ path: ReferenceWritableKeyPath<MemoryState, Value>, to value: Value) {
        let earlier = state[keyPath: path]
        state[keyPath: path] = value
        onRollBack { $0[keyPath: path] = earlier }
    }

    func checkLimit(_ limit: Int) throws(StoreError) {
        if limit < 0 { throw StoreError(.invalidArgument, "The limit \(limit) is negative. Use 0 or more.") }
    }
}

extension MemoryUnit {
    func snapshot(of stream: StreamID) throws -> Snapshot? { state.snapshots[stream] }

    func putSnapshot(_ snapshot: Snapshot) throws {
        try snapshot.validate(for: state(of: snapshot.stream))
        if let kept = state.snapshots[snapshot.stream], kept.shape == snapshot.shape, kept.version > snapshot.version {
            return
        }
        set(\.snapshots[snapshot.stream], to: snapshot)
    }

    func removeSnapshots(in category: StreamCategory?, limit: Int) throws -> Int {
        try checkLimit(limit)
        let streams = state.snapshots.keys.filter { category == nil || $0.category == category }.prefix(limit)
        for stream in streams { set(\.snapshots[stream], to: nil) }
        return streams.count
    }

    func checkpoint(_ name: CheckpointName) throws -> Position { state.checkpoints[name] ?? .start }

    func setCheckpoint(_ name: CheckpointName, to position: Position) throws {
        set(\.checkpoints[name], to: position)
    }

    func checkpoints(beginningWith prefix: String) throws -> [Checkpoint] {
        state.checkpoints.filter { $0.key.rawValue.utf8.starts(with: prefix.utf8) }
            .map { Checkpoint($0.key, $0.value) }
            .sorted { $0.name < $1.name }
    }

    func removeCheckpoint(_ name: CheckpointName) throws { set(\.checkpoints[name], to: nil) }

    func inboxEntry(consumer: String, key: String) throws -> InboxEntry? {
        state.inbox[MemoryState.Key(consumer, key)]
    }

    func recordInbox(_ entry: InboxEntry) throws {
        set(\.inbox[MemoryState.Key(entry.consumer, entry.key)], to: entry)
    }

    func openInboxEntries(after place: InboxEntry.Place?, limit: Int) throws -> [InboxEntry] {
        try checkLimit(limit)
        let place = place.map { MemoryState.Key($0.consumer, $0.key) }
        return state.inbox
            .filter { key, entry in entry.state.openMessage != nil && place.map { $0 < key } ?? true }
            .sorted { $0.key < $1.key }
            .prefix(limit)
            .map(\.value)
    }

    func forgetInbox(before time: Timestamp, limit: Int) throws -> Int {
        try checkLimit(limit)
        let old = state.inbox
            .filter { _, entry in
                switch entry.state {
                case .started: return false
                case .unresolved(let message, _) where message.replyTo == nil: return false
                case .unresolved, .done, .tombstone: return entry.recordedAt < time
                }
            }
            .sorted { $0.value.recordedAt < $1.value.recordedAt }
            .prefix(limit)
        for (key, _) in old { set(\.inbox[key], to: nil) }
        return old.count
    }

    func rows(_ query: SQL) throws -> [SQLRow] { throw Self.noSQL }

    func execute(_ statement: SQL) throws -> Int { throw Self.noSQL }

    private static var noSQL: StoreError {
        StoreError(.unsupported, "The in-memory store has no SQL. Use an SQLiteStore in a temporary folder.")
    }
}
