internal import EddaCore

/// Forgets what an inbox remembers for longer than its window.
struct InboxRetention: Sendable {
    let store: any Store
    let window: Duration
    let interval: Duration
    let page: Int

    /// Forgets once at the start and then once every interval, until the task is cancelled.
    ///
    /// - Throws: `StoreError` that does not pass by itself.
    func run() async throws {
        while !Task.isCancelled {
            do {
                while try await forgetPage() == page { try Task.checkCancellation() }
            } catch is CancellationError {
                return
            } catch  where StoreError.isPassing(error) {
                // What is left over waits for the next round.
            }
            do {
                try await store.time.sleep(for: interval)
            } catch {
                return
            }
        }
    }

    /// One page is one unit, so that others come in between.
    private func forgetPage() async throws -> Int {
        try await store.write { transaction in
            let before = transaction.now.wall + (.zero - window)
            return try transaction.forgetInbox(before: before, limit: page)
        }
    }
}
