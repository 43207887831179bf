internal import EddaCore
internal import Synchronization

/// Instances of sagas as they were last committed, so that the next transition need not decode them again.
///
/// What is written is the same with and without it: an instance counts only for the very row that it was written with.
final class KeptInstances: Sendable {
    private struct Kept {
        let revision: Int
        let updatedAt: Timestamp
        let instance: SagaInstance
    }

    /// Larger ones, such as those with thousands of steps in a loop, would take up the memory of all others.
    private static let largest = 16 << 10

    private let instances = Mutex(RecentlyUsed<SagaID, Kept?>(limit: 1_024))

    /// The instance that was written with a row; `nil` when it is not kept.
    func instance(of record: SagaRecord) -> SagaInstance? {
        guard let kept = instances.withLock({ $0.use(record.id) }) ?? nil, kept.revision == record.revision,
            kept.updatedAt == record.updatedAt
        else { return nil }
        return kept.instance
    }

    /// Keeps instances; called when their rows are committed.
    ///
    /// One that has ended is not needed again.
    func keep(_ moves: [SagaUnit.Move]) {
        instances.withLock { instances in
            for (record, instance) in moves {
                let isWanted = !record.status.isEnded && record.instance.count <= Self.largest
                let kept = Kept(revision: record.revision, updatedAt: record.updatedAt, instance: instance)
                instances.keep(isWanted ? kept : nil, for: record.id)
            }
        }
    }
}
