internal import EddaCore
internal import Logging

extension SagaCoordinator {
    /// What one look at the timers has led to.
    package enum TimerPass: Sendable {
        /// This many came due and were handled.
        case handled(Int)
        /// None was due; the next one comes due after this pause, if there is one.
        case idle(until: Duration?)
        /// Some could not be handled and are still due; this is what the first one threw.
        case failed(any Error)
    }

    /// Wakes sagas when their timers come due, until the task is cancelled.
    ///
    /// Timers are rows: those that came due while no process ran are found at the first look.
    func mindTimers() async throws {
        let pauses = RetryPolicy.exponential(attempts: nil, initial: .milliseconds(100), cap: .seconds(10))
        var failures = 0
        do {
            while !Task.isCancelled {
                let seen = store.signals.timers.count
                switch try await handleDueTimers() {
                case .handled:
                    failures = 0
                case .idle(let pause?):
                    try await store.signals.timers.wait(past: seen, for: pause, by: store.time)
                case .idle(nil):
                    try await store.signals.timers.wait(past: seen)
                case .failed(let error):
                    failures += 1
                    let pause = pauses.bound(afterAttempt: failures)
                    logger.warning(
                        "Timers of sagas came due and could not be handled; they are tried again after a pause.",
                        metadata: ["error": "\(error)", "pause": "\(pause)"]
                    )
                    try await store.time.sleep(for: pause)
                }
            }
        } catch is CancellationError where Task.isCancelled {
            return
        }
    }

    /// Handles the timers that are due, each in a unit of its own, side by side.
    ///
    /// - Throws: What the store throws when it cannot be read for a reason that does not pass.
    package func handleDueTimers() async throws -> TimerPass {
        let limit = configuration.timerLimit
        let timers: [TimerRow]
        let pause: Duration?
        do {
            (timers, pause) = try await store.read { transaction in
                let now = transaction.now
                let due = try transaction.dueTimers(owner: SagaUnit.timerOwner, at: now, limit: limit)
                let next = due.isEmpty ? try transaction.nextTimer(owner: SagaUnit.timerOwner) : nil
                return (due, next?.remaining(from: now))
            }
        } catch let error as StoreError where error.isRetriable {
            return .failed(error)
        }
        if timers.isEmpty { return .idle(until: pause) }
        if timers.count == 1 {
            return try await wake(timers[0]).map { .failed($0) } ?? .handled(1)
        }
        return try await withThrowingTaskGroup(of: (any Error)?.self) { group in
            for timer in timers {
                group.addTask { try await self.wake(timer) }
            }
            var first: (any Error)?
            for try await error in group { first = first ?? error }
            return first.map { .failed($0) } ?? .handled(timers.count)
        }
    }

    /// Wakes the saga of a timer.
    ///
    /// - Returns: Why it could not be woken.
    private func wake(_ timer: TimerRow) async throws -> (any Error)? {
        do {
            let id = try SagaID(validating: timer.key)
            _ = try await perform(.wake, on: id, cause: nil)
            return nil
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            return error
        }
    }
}
