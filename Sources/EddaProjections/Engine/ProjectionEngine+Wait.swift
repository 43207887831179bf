public import EddaCore

extension ProjectionEngine {
    /// Returns when projections hold everything up to a position: read your own writes.
    ///
    /// ```swift
    /// let result = try await store.append([…], to: stream)
    /// try await engine.wait(for: ["open-orders"], until: result.positions!.upperBound, timeout: .seconds(5))
    /// ```
    ///
    /// It waits and does no work itself: somebody runs the projections, in this process or in another. Events that a
    /// projection does not handle are not waited for.
    ///
    /// - Parameters:
    ///   - names: The projections; `nil` means all of this program. One that was never built counts as behind.
    ///   - position: What the projections shall hold.
    ///   - timeout: How long to wait; zero looks once.
    /// - Throws: ``ProjectionError`` with code `waitTimedOut`, naming those that are behind and why, or
    ///   `unknownProjection`; `CancellationError`; errors of the store.
    public func wait(
        for names: [ProjectionName]? = nil,
        until position: Position,
        timeout: Duration
    ) async throws {
        let waiting = try names.map { try $0.map { try worker(for: $0) } } ?? workers
        let end = store.time.now().advanced(by: timeout)
        while true {
            let watch = StoreWatch(store.signals)
            let behind = try await laggards(among: waiting, until: position)
            if behind.isEmpty { return }
            let remaining = end.elapsed(since: store.time.now())
            guard remaining > .zero else {
                throw ProjectionError(
                    .waitTimedOut,
                    projection: behind.count == 1 ? behind[0].name : nil,
                    "After \(timeout) these projections do not hold position \(position): "
                        + behind.map { "\($0.name) (\($0.reason))" }.joined(separator: ", ")
                        + ". See `projections status`."
                )
            }
            try await watch.wait(for: remaining, by: store.time)
        }
    }

    private func laggards(
        among workers: [ProjectionWorker],
        until position: Position
    ) async throws -> [(name: ProjectionName, reason: String)] {
        try await store.read { transaction in
            let head = try transaction.head()
            return try workers.compactMap { worker in
                guard let live = worker.planner.live(in: try transaction.projections(worker.name)) else {
                    return (worker.name, "never built")
                }
                if live.position >= position { return nil }
                if head >= position {
                    let missing = try transaction.events(
                        matching: worker.projection.query,
                        .forward,
                        after: live.position,
                        upTo: position,
                        limit: 1
                    )
                    if missing.events.isEmpty { return nil }
                }
                let reason = "at position \(live.position)"
                return (worker.name, live.failure.map { "\(reason), failing: \($0)" } ?? reason)
            }
        }
    }
}
