internal import Logging
internal import Synchronization

/// An aggregate that is brought up to date by one read after another.
///
/// It is changed where it is: a copy would be a second holder of its state, and the state be copied for every page.
final class AggregateInHand<State: Aggregate>: Sendable {
    private let content: Mutex<HeldAggregate<State>>

    init(_ aggregate: HeldAggregate<State>) { content = Mutex(aggregate) }

    var aggregate: HeldAggregate<State> { content.withLock { $0 } }

    /// Folds in what follows in the stream, page by page; most streams are short, or not far ahead.
    ///
    /// - Parameter isNew: Whether a snapshot may be the beginning.
    /// - Returns: Whether there was a stream to follow: `false` when it has gone back.
    func complete<Base: Store>(_ reader: AggregateReader<State, Base>, isNew: Bool = false) async throws -> Bool {
        let (store, stream, schema) = (reader.store, reader.stream, reader.schema)
        // A snapshot that cannot be used is logged, perhaps on another thread.
        let logger = isNew && State.snapshots.format != nil ? Logger.current : nil
        var progress = try await store.readBriefly { [self] transaction in
            try content.withLock { aggregate in
                if let logger {
                    try withLogger(logger) { _ in
                        try transaction.restoreSnapshot(to: &aggregate, of: stream, schema: schema)
                    }
                }
                return try aggregate.catchUp(in: stream, limit: Base.briefly, from: transaction, schema: schema)
            }
        }
        while progress == .more {
            progress = try await store.read { [self] transaction in
                try content.withLock { try $0.catchUp(in: stream, from: transaction, schema: schema) }
            }
        }
        return progress == .complete
    }
}
