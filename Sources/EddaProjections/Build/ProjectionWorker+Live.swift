internal import EddaCore

extension ProjectionWorker {
    /// How keeping the live build current went.
    enum Progress: Hashable, Sendable {
        /// Nothing that concerns the projection is left.
        case current
        /// It came this far, and there may be more.
        case moved(Position)
        /// There is no live build that this program can keep current.
        case notLive
    }

    /// By how many positions the stored position may trail behind events that do not concern the projection.
    ///
    /// Writing it for each of them would cost every append of the application a second commit. Nothing depends on it:
    /// whether a projection is current is answered by looking for events that it has yet to handle.
    static let idleLag: Int64 = 1_000

    /// Applies the next events to the live build.
    ///
    /// When an event fails, those before it in the batch are applied all the same, and the register says why the
    /// projection stands still.
    ///
    /// - Parameter flush: Whether to keep the position although no event concerned the projection.
    /// - Throws: ``HandlerFailure``; ``ProjectionError`` with code `olderProgram`; errors of the store.
    func advance(flush: Bool = false) async throws -> Progress {
        let planner = planner
        guard let batch = try await readBatch(for: { try planner.ownLive(in: $0) }) else { return .notLive }
        if isIdle(batch, flush: flush) { return .current }
        if let failure = batch.failure, repeatsFailure(batch) { throw failure }
        do {
            guard try await commit(batch, failure: batch.failure) else { return .moved(batch.record.position) }
        } catch let failure as HandlerFailure {
            let prefix = batch.truncated(before: failure)
            if !repeatsFailure(prefix) { _ = try await commit(prefix, failure: failure) }
            throw failure
        }
        if let failure = batch.failure { throw failure }
        return batch.isComplete ? .current : .moved(batch.head)
    }

    /// Brings the live build to the events that are there when the call begins.
    ///
    /// - Throws: ``ProjectionError``: `handlerFailed`, `olderProgram`, or `superseded` when there is no live build.
    func catchUpLive(flush: Bool) async throws {
        let target = try await store.head()
        do {
            while true {
                try Task.checkCancellation()
                switch try await advance(flush: flush) {
                case .current: return
                case .moved(let position): if position >= target { return }
                case .notLive:
                    throw ProjectionError(
                        .superseded,
                        projection: name,
                        "Projection \(name) has no live build of version \(projection.version). Prepare it again."
                    )
                }
            }
        } catch let failure as HandlerFailure {
            throw failure.error(
                in: name,
                consequence: "It stands at that event. Mend the handler, then run it again."
            )
        }
    }

    private func isIdle(_ batch: EventBatch, flush: Bool) -> Bool {
        guard batch.events.isEmpty, batch.failure == nil, batch.record.failure == nil, batch.isComplete else {
            return false
        }
        let lag = batch.head.value - batch.record.position.value
        return lag == 0 || !flush && lag < Self.idleLag
    }

    /// Whether the batch does nothing but fail as the register already says.
    private func repeatsFailure(_ batch: EventBatch) -> Bool {
        batch.events.isEmpty && batch.failure != nil && batch.failure?.description == batch.record.failure
            && batch.head == batch.record.position
    }
}
