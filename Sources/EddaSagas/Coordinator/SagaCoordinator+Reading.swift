public import EddaCore

extension SagaCoordinator {
    /// What is waited for.
    public enum Milestone: Sendable {
        /// The saga has ended or is parked.
        case rest
        /// The saga has ended; while it is parked, it is waited for an operator.
        case end
    }

    /// Returns a saga when it has ended or is parked, or only when it has ended.
    ///
    /// Progress that this process makes is seen at once, that of another process within a tenth of a second.
    ///
    /// - Parameters:
    ///   - id: The saga.
    ///   - milestone: How far it has to be.
    /// - Throws: ``SagaError`` with code `notFound` when there is no such saga; `CancellationError` when the task is
    ///   cancelled first; what the store throws.
    public func wait(for id: SagaID, until milestone: Milestone = .rest) async throws -> SagaRecord {
        let rest = waitingRoom.enter(id)
        defer { waitingRoom.leave(id) }
        while true {
            let (seen, seenEvents) = (rest.count, store.signals.events.count)
            let record = try await record(of: id)
            if record.status.isEnded || milestone == .rest && record.isAtRest { return record }
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await rest.wait(past: seen) }
                group.addTask { [store] in
                    // Every commit raises this signal, so a look at each of them would be one too many.
                    try await store.time.sleep(for: .milliseconds(100))
                    try await store.signals.events.wait(past: seenEvents)
                }
                defer { group.cancelAll() }
                try await group.next()
            }
            if rest.count != seen, let record = waitingRoom.seen(id), record.status.isEnded || milestone == .rest {
                return record
            }
        }
    }

    /// What has happened to a saga, and what is still to happen.
    ///
    /// O(events of its history).
    ///
    /// - Throws: ``SagaError`` with code `notFound` when there is no such saga; what the store throws.
    public func timeline(of id: SagaID) async throws -> SagaTimeline {
        let unit = unit
        return try await store.read { transaction in
            guard let record = try transaction.saga(id) else { throw Self.notFound(id) }
            let events = try transaction.events(
                in: SagaHistory.stream(of: id),
                .forward,
                versions: 1...Int.max,
                limit: .max
            )
            return try SagaTimeline(
                record: record,
                events: events,
                program: unit.programs[record.name],
                schema: unit.schema
            ) { child in (try? transaction.saga(child))?.status }
        }
    }

    private func record(of id: SagaID) async throws -> SagaRecord {
        guard let record = try await store.readBriefly({ try $0.saga(id) }) else { throw Self.notFound(id) }
        return record
    }

    private static func notFound(_ id: SagaID) -> SagaError {
        SagaError(.notFound, "There is no saga \(id) in this store.")
    }
}
