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
    private let memory: Mutex<Memory>

    /// A stream and the type of its aggregate, hashed before the lock is taken.
    private struct Key: Hashable {
        let stream: StreamID
        let type: ObjectIdentifier
        private let digest: Int

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

    private struct Memory {
        var entries: RecentlyUsed<Key, any Entry>
        /// How often everything was dropped.
        var epoch: UInt64 = 0
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
        memory = Mutex(Memory(entries: RecentlyUsed(limit: max(1, limit))))
    }

    /// How many states are kept at present.
    public var count: Int { memory.withLock { $0.entries.count } }

    /// Drops all states, also those that are on their way in.
    public func removeAll() {
        guard limit > 0 else { return }
        memory.withLock { memory in
            memory.entries.removeAll()
            memory.epoch += 1
        }
    }

    /// How often everything was dropped; a state that was read in an earlier epoch is not kept.
    var epoch: UInt64 { limit > 0 ? memory.withLock { $0.epoch } : 0 }

    /// The state that is kept of a stream's aggregate.
    func aggregate<State: Aggregate>(_ type: State.Type, in stream: StreamID) -> HeldAggregate<State>? {
        guard limit > 0 else { return nil }
        let key = Key(stream, type)
        guard let entry = memory.withLock({ $0.entries.use(key) }) else { return nil }
        // The key holds the type, so the entry is of it.
        return unsafeDowncast(entry, to: TypedEntry<State>.self).aggregate
    }

    /// Keeps a state, unless a later one is kept already or everything was dropped since it was read.
    func keep<State: Aggregate>(_ aggregate: HeldAggregate<State>, in stream: StreamID) {
        guard limit > 0 else { return }
        let key = Key(stream, State.self)
        let entry = TypedEntry(aggregate)
        memory.withLock { memory in
            guard memory.epoch == aggregate.epoch else { return }
            if let kept = memory.entries.peek(key), kept.version > entry.version { return }
            memory.entries.keep(entry, for: key)
        }
    }
}
