internal import EddaCore

/// The contents of an ``InMemoryStore``.
///
/// A class, so that a transaction can hold it; only the thread that holds the store's lock touches it.
final class MemoryState {
    /// The events of one stream, as indices into ``events``, and whether it takes more.
    struct Stream {
        var indices: [Int] = []
        var isArchived = false

        var state: StreamState {
            if indices.isEmpty { return .missing }
            return isArchived ? .archived(version: indices.count) : .version(indices.count)
        }
    }

    /// The names of a record that is found by two texts.
    struct Key: Hashable, Comparable {
        let owner: ExactText
        let name: ExactText

        init(_ owner: String, _ name: String) {
            self.owner = ExactText(owner)
            self.name = ExactText(name)
        }

        static func < (left: Key, right: Key) -> Bool { (left.owner, left.name) < (right.owner, right.name) }
    }

    /// When a key was used.
    struct KeyAge {
        let key: IdempotencyKey
        let recordedAt: Timestamp
    }

    /// One build of a projection.
    struct Build: Hashable {
        let name: ProjectionName
        let number: Int
    }

    var isClosed = false
    var hooks: [any AppendHook] = []

    /// The event at position n has index n - 1.
    var events: [RecordedEvent] = []
    var eventIDs: Set<EventID> = []
    var streams: [StreamID: Stream] = [:]
    var typeVersions: Set<TypeVersion> = []
    var results: [IdempotencyKey: AppendResult] = [:]
    /// The keys of ``results``, the oldest first.
    var keyAges: [KeyAge] = []

    var snapshots: [StreamID: Snapshot] = [:]
    var checkpoints: [CheckpointName: Position] = [:]
    var leases: [LeaseName: Lease] = [:]
    var inbox: [Key: InboxEntry] = [:]
    var outbox = MemoryOutbox()
    var timers: [Key: TimerRow] = [:]
    var sagas: [SagaID: SagaRecord] = [:]
    var projections: [Build: ProjectionRecord] = [:]

    func checkOpen() throws(StoreError) {
        if isClosed { throw StoreError(.closed, "The in-memory store was closed. Make a new one.") }
    }
}
