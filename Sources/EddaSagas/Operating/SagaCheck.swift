public import EddaCore

/// Which of the sagas under way a program cannot run.
public struct SagaCheck: Hashable, Sendable {
    /// A saga that the program would park.
    public struct Misfit: Hashable, Sendable {
        /// The saga as it stands.
        public let saga: SagaRecord
        /// Why it would be parked.
        public let reason: String
    }

    /// How many sagas were looked at.
    public internal(set) var count = 0
    /// Those that would be parked, in the order of their ids.
    public internal(set) var misfits: [Misfit] = []
}

extension SagaCoordinator {
    /// Looks which of the sagas under way would park if this program went on with them; nothing is changed.
    ///
    /// It is for a new program, before it is deployed on the database of the old one: a saga goes on with the plan by
    /// which it was started, and parks as soon as a program with other steps is to move it, or one that cannot decode
    /// its state. A step's timeout and its retries may change. The old program goes on with what the new one has parked.
    ///
    /// O(sagas under way).
    ///
    /// - Throws: What the store throws.
    public func check() async throws -> SagaCheck {
        let unit = unit
        var check = SagaCheck()
        var last: SagaID?
        while true {
            let page = try await store.read { [last] transaction in
                try transaction.sagas(
                    SagaFilter(statuses: [.running, .compensating], after: last, limit: Self.checkedTogether)
                )
            }
            for saga in page {
                check.count += 1
                do {
                    let instance = try unit.read(saga)
                    _ = try unit.plan(of: instance).decodeState(instance.state.bytes)
                } catch {
                    check.misfits.append(SagaCheck.Misfit(saga: saga, reason: "\(error)"))
                }
            }
            last = page.last?.id
            if page.count < Self.checkedTogether { return check }
        }
    }

    /// How many sagas are held in memory at a time.
    private static let checkedTogether = 500
}
