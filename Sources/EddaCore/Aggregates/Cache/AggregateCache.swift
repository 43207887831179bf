internal import Synchronization

/// States of aggregates that a store keeps in memory, so that ``Store/update(_:id:key:metadata:_:)`` decides without
/// reading.
///
/// It is a help, never an authority. A state is kept after the commit that led to it and is what a replay would give:
/// the stored bytes are decoded and folded. A decision to append is checked by the exact version of the stream when it
/// is written; a refusal, or a decision for no event, is confirmed by a look at the stream. So a state that is behind,
/// because somebody else has appended, costs a further read and is never taken for the truth.
///
/// The store drops everything when it finds that another process has written to it, or cannot learn whether a commit
/// took effect.
public final class AggregateCache: Sendable {
    /// The most states that are kept; 0 when none are.
    public let limit: Int
    /// A large cache has several parts, so that callers seldom wait for each other.
    private let parts: [Part]
    /// How often everything was dropped.
    private let dropped = Atomic<UInt64>(0)

    /// A stream and the type of its aggregate, hashed before the lock is taken.
    private struct Key: Hashable {
        let stream: StreamID
        let type: ObjectIdentifier
        let digest: Int

        init(_ stream: StreamID, _ type: Any.Type) {
            self.stream = stream
            self.type = ObjectIdentifier(type)
            var hasher = Hasher()
            hasher.combine(stream)
            hasher.combine(self.type)
            digest = hasher.finalize()
        }

        static func == (left: Key, right: Key) -> Bool {
            left.digest == right.digest && left.type == right.type && left.stream == right.stream
        }

        func hash(into hasher: inout Hasher) { hasher.combine(digest) }
    }

    private final class Part: Sendable {
        let entries: Mutex<RecentlyUsed<Key, any Entry>>

        init(limit: Int) { entries = Mutex(RecentlyUsed(limit: limit)) }
    }

    private protocol Entry: AnyObject, Sendable {
        var version: Int { get }
    }

    private final class TypedEntry<State: Aggregate>: Entry {
        let aggregate: HeldAggregate<State>
        var version: Int { aggregate.version }

        init(_ aggregate: HeldAggregate<State>) { self.aggregate = aggregate }
    }

    /// A cache that keeps nothing.
    public static let off = AggregateCache(limit: 0)

    /// An empty cache for at most so many states; 0 or less keeps none.
    public init(limit: Int) {
        self.limit = max(0, limit)
        let count = limit < 1_024 ? 1 : 16
        parts = (0..<count).map { Part(limit: max(1, (limit + $0) / count)) }
    }

    /// How many states are kept at present.
    public var count: Int { parts.reduce(0) { $0 + $1.entries.withLock { $0.count } } }

    /// Drops all states, also those that are on their way in.
    public func removeAll() {
        guard limit > 0 else { return }
        // Whoever was in a part before it is emptied is emptied out with it; whoever comes after sees the new epoch.
        dropped.add(1, ordering: .sequentiallyConsistent)
        for part in parts { part.entries.withLock { $0.removeAll() } }
    }

    /// How often everything was dropped; a state that was read in an earlier epoch is not kept.
    var epoch: UInt64 { dropped.load(ordering: .sequentiallyConsistent) }

    /// The state that is kept of a stream's aggregate.
    func aggregate<State: Aggregate>(_ type: State.Type, in stream: StreamID) -> HeldAggregate<State>? {
        guard limit > 0 else { return nil }
        let key = Key(stream, type)
        guard let entry = part(of: key).entries.withLock({ $0.use(key) }) else { return nil }
        // The key holds the type, so the entry is of it.
        return unsafeDowncast(entry, to: TypedEntry<State>.self).aggregate
    }

    /// Keeps a state, unless a later one is kept already or everything was dropped since it was read.
    func keep<State: Aggregate>(_ aggregate: HeldAggregate<State>, in stream: StreamID) {
        guard limit > 0 else { return }
        let key = Key(stream, State.self)
        let entry = TypedEntry(aggregate)
        // What goes is torn down after the lock.
        _ = part(of: key).entries.withLock { entries -> (any Entry)? in
            guard epoch == aggregate.epoch else { return nil }
            if let kept = entries.peek(key), kept.version > entry.version { return nil }
            return entries.keep(entry, for: key)
        }
    }

    private func part(of key: Key) -> Part { parts[parts.count == 1 ? 0 : key.digest & (parts.count - 1)] }
}
