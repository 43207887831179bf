internal import EddaCore

/// What the writer knows about streams, so that an append need not look it up: it is the only one who changes it.
///
/// What a unit has changed is undone with the unit. Everything is forgotten when another process has written.
struct StreamHeads {
    /// The state of a stream that exists.
    struct Head {
        let number: Int64
        let category: Int64
        var version: Int
        var isArchived = false

        var state: StreamState { isArchived ? .archived(version: version) : .version(version) }
    }

    private var heads: [StreamID: Head] = [:]
    private var uncommitted: [(stream: StreamID, before: Head?)] = []

    /// The most streams that are remembered; beyond it the memory starts anew.
    static let limit = 16_384

    subscript(stream: StreamID) -> Head? { heads[stream] }

    /// Remembers what was read.
    mutating func remember(_ stream: StreamID, _ head: Head) {
        // Not while something could have to be undone: what is forgotten could not be restored.
        if heads.count >= Self.limit, uncommitted.isEmpty { heads.removeAll(keepingCapacity: true) }
        heads[stream] = head
    }

    /// Remembers what the running unit has written.
    mutating func change(_ stream: StreamID, to head: Head) {
        uncommitted.append((stream, heads.updateValue(head, forKey: stream)))
    }

    /// How much a rollback from here on would have to undo.
    var mark: Int { uncommitted.count }

    /// Undoes what was changed since a mark.
    mutating func rollBack(to mark: Int) {
        for (stream, before) in uncommitted[mark...].reversed() { heads[stream] = before }
        uncommitted.removeSubrange(mark...)
    }

    /// Keeps what was changed.
    mutating func commit() {
        uncommitted.removeAll(keepingCapacity: true)
        if heads.count > Self.limit { heads.removeAll(keepingCapacity: true) }
    }

    /// How many streams are remembered.
    var count: Int { heads.count }
}
