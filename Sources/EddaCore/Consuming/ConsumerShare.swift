/// Which part of the events one of several consumers of the same name handles.
///
/// Events are dealt out by a key: all events of a key go to the same consumer, in order, and every key goes to exactly one
/// of them. The hash of the key is the same in all processes.
public struct ConsumerShare: Sendable {
    /// By what events are dealt out.
    public struct Key: Sendable, CustomStringConvertible {
        private let name: String
        private let of: @Sendable (RecordedEvent) -> String

        private init(name: String, of: @escaping @Sendable (RecordedEvent) -> String) {
            self.name = name
            self.of = of
        }

        /// The key of an event.
        public func value(of event: RecordedEvent) -> String { of(event) }

        /// The name under which the store keeps it.
        public var description: String { name }

        /// Events of a stream stay together.
        public static let stream = Key(name: "stream") { $0.stream.rawValue }

        /// Events that have the same tag with this prefix stay together: `.tag("customer:")`.
        ///
        /// Of several such tags the first in the order of bytes counts; an event without one stays with its stream.
        public static func tag(_ prefix: String) -> Key {
            Key(name: "tag \(prefix)") { event in
                event.tags.filter { $0.rawValue.utf8.starts(with: prefix.utf8) }.min()?.rawValue
                    ?? event.stream.rawValue
            }
        }

        /// Events for which the closure returns the same text stay together.
        ///
        /// - Parameters:
        ///   - name: Names the key in the store. Change it whenever the closure begins to return something else, or events
        ///     whose key moves to a share that is already past them would be passed over.
        ///   - key: The key of an event; always the same for the same event.
        public static func named(_ name: String, _ key: @escaping @Sendable (RecordedEvent) -> String) -> Key {
            Key(name: "key \(name)", of: key)
        }
    }

    /// How many shares there are.
    public let count: Int
    /// Which of them this is, from 0.
    public let index: Int
    let key: Key

    /// The whole: one consumer handles all events.
    public static let all = ConsumerShare(count: 1, index: 0, key: .stream)

    /// One of several shares.
    ///
    /// - Parameters:
    ///   - count: How many shares there are, from 1.
    ///   - index: Which of them this is, from 0.
    ///   - key: By what events are dealt out.
    public static func of(_ count: Int, index: Int, by key: Key = .stream) -> ConsumerShare {
        ConsumerShare(count: count, index: index, key: key)
    }

    /// Whether an event is in this share.
    public func contains(_ event: RecordedEvent) -> Bool {
        count == 1 || FNV1a.hash(key.value(of: event).utf8) % UInt64(count) == UInt64(index)
    }
}
