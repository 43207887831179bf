internal import EddaCore
internal import Logging

/// Forgets what an inbox remembers for longer than its window.
struct InboxRetention: Sendable {
    let store: any Store
    let window: Duration
    let interval: Duration
    let page: Int
    let logger: Logger

    /// Forgets once at the start and then once every interval, until the task is cancelled.
    ///
    /// What the store cannot do for a reason that passes, it is asked for again after a short pause, not only in the next
    /// round: under a load that never ends nothing would be forgotten otherwise.
    ///
    /// - Throws: `StoreError` that does not pass by itself.
    func run() async throws {
        do {
            while !Task.isCancelled {
                while try await store.persistently(logger, { try await forgetPage() }) == page {
                    try Task.checkCancellation()
                }
                try await store.time.sleep(for: interval)
            }
        } catch is CancellationError {
            return
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
