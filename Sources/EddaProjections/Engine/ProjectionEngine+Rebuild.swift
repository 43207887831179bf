public import EddaCore

extension ProjectionEngine {
    /// Builds a projection anew from the first event, beside the live build, and switches readers over when the new
    /// one is complete.
    ///
    /// Readers see the old rows until the switch and the new ones after it, never a mixture (guarantee G6). Appends go
    /// on: each transaction applies a bounded number of events. The old build is kept current meanwhile. A rebuild
    /// that is interrupted leaves its rows and its position; the next one continues from there. So do two at once:
    /// they work on the same build. When a handler fails, the rebuild throws, the live build is untouched, and the
    /// unfinished one is removed.
    ///
    /// A projection that was never built is built for the first time.
    ///
    /// - Parameters:
    ///   - name: The projection.
    ///   - progress: Called when it begins, then at most about ten times a second, and when all events are applied.
    /// - Throws: ``ProjectionError``: `unknownProjection`, `olderProgram`, `badTable`, `tableTaken`, `handlerFailed`,
    ///   `superseded`; `CancellationError`; errors of the store.
    public func rebuild(
        _ name: ProjectionName,
        progress: @escaping @Sendable (RebuildProgress) -> Void = { _ in }
    ) async throws -> RebuildReport {
        let worker = try worker(for: name)
        let start = store.time.now()
        let outcome = try await worker.build(towards: .rebuild, report: progress)
        try await worker.removeRetired()
        return RebuildReport(
            projection: name,
            version: outcome.record.version,
            build: outcome.record.build,
            events: outcome.events,
            resumedFrom: outcome.resumedFrom,
            position: outcome.record.position,
            elapsed: store.time.now().elapsed(since: start)
        )
    }
}
