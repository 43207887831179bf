import UnixSignals

/// A run was asked to end before its orders were through.
struct Interruption: Error {
    /// As shells count it: 128 and the number of SIGTERM.
    static let status: Int32 = 143

    /// Runs `body` until it ends or SIGTERM comes.
    ///
    /// - Throws: ``Interruption`` when the signal came first, after `body` was cancelled and has returned; what `body`
    ///   throws.
    static func orResult<Result: Sendable>(
        of body: @escaping @Sendable () async throws -> Result
    ) async throws -> Result {
        let signals = await UnixSignalsSequence(trapping: .sigterm)
        return try await withThrowingTaskGroup(of: Result?.self) { group in
            group.addTask {
                for await _ in signals { throw Interruption() }
                return nil  // Cancelled.
            }
            group.addTask { try await body() }
            defer { group.cancelAll() }
            while let result = try await group.next() {
                if let result { return result }
            }
            throw CancellationError()
        }
    }
}
