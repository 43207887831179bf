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
                let (pass, sent) = try await handleSomeTimers()
                switch pass {
                case .handled(let count):
                    failures = 0
                    if count == configuration.timerLimit, let sent { try await waitForRoom(behind: sent) }
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

    /// Handles timers that are due, as many as are handled together, each in a unit of its own.
    ///
    /// - Throws: What the store throws when it cannot be read for a reason that does not pass; `CancellationError` when the
    ///   task is cancelled.
    package func handleDueTimers() async throws -> TimerPass { try await handleSomeTimers().pass }

    /// The same; also tells the first and the last of the numbers that commands have got in the outbox.
    private func handleSomeTimers() async throws -> (pass: TimerPass, sent: ClosedRange<Int64>?) {
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
            return (.failed(error), nil)
        }
        if timers.isEmpty { return (.idle(until: pause), nil) }
        var failure: (any Error)?
        var inputs: [(input: SagaInput, saga: SagaID, cause: String?)] = []
        for timer in timers {
            do {
                inputs.append((.wake, try SagaID(validating: timer.key), nil))
            } catch {
                failure = error
            }
        }
        let (outcomes, sent) = await performEach(inputs)
        for case .failure(let error) in outcomes {
            if error is CancellationError { throw error }
            failure = failure ?? error
        }
        if let failure { return (.failed(failure), sent) }
        return (.handled(timers.count), sent)
    }

    /// Returns when messages have left the outbox, or after a while: a destination that does not take its messages must not
    /// stop the timers of sagas that have nothing to do with it.
    private func waitForRoom(behind sent: ClosedRange<Int64>) async throws {
        for _ in 0..<Self.looks {
            do {
                let next = try await store.readBriefly {
                    try $0.readyMessages(after: sent.lowerBound - 1, limit: 1).first?.row.sequence
                }
                guard let next, next <= sent.upperBound else { return }
            } catch let error as StoreError where error.isRetriable {
                // Whatever is in its way, the timers meet it next.
                return
            }
            try await store.time.sleep(for: .milliseconds(2))
        }
    }

    /// Half a second's worth.
    private static let looks = 250
}
