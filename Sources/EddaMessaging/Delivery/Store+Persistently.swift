internal import EddaCore
internal import Logging

extension Store {
    /// Repeats what the store could not do for a reason that passes, after pauses, until the task is cancelled.
    ///
    /// - Throws: What `body` throws that does not pass by itself; `CancellationError`.
    func persistently<Result>(_ logger: Logger, _ body: () async throws -> Result) async throws -> Result {
        let retry = RetryPolicy.exponential(attempts: nil, initial: .milliseconds(20), cap: .seconds(5))
        var failures = 0
        while true {
            do {
                return try await body()
            } catch  where StoreError.isPassing(error) {
                failures += 1
                logger.debug("The store cannot be reached; trying again.", metadata: ["error": "\(error)"])
                let pause = retry.pause(afterAttempt: failures, entropy: .random(in: 0 ... .max))
                try await time.sleep(for: pause ?? retry.cap)
            }
        }
    }
}
