public import EddaCore
internal import Synchronization

/// A transport that behaves like a bad network: it drops, duplicates, delays and reorders what goes through another
/// transport.
///
/// A message that was dropped or is still on its way is reported as sent, as a broker does that loses what it has
/// acknowledged. What goes wrong follows from the seed and the order of the messages alone.
///
/// Delayed messages are handed over by tasks of the transport; ``stop()`` ends them.
public final class FaultyTransport: Transport {
    /// After this time a message that was kept back is handed over although none has overtaken it.
    public static let patience = Duration.milliseconds(50)

    private let wrapped: any Transport
    private let faults: Faults
    private let time: any TimeSource
    private let state: Mutex<FaultPlan>

    /// A transport over another one.
    ///
    /// - Parameters:
    ///   - wrapped: What really carries the messages.
    ///   - seed: The same seed gives the same faults for the same messages.
    ///   - faults: What goes wrong.
    ///   - time: What delays are measured on.
    public init(wrapping wrapped: any Transport, seed: UInt64, faults: Faults, time: any TimeSource = .system) {
        for rate in [faults.dropRate, faults.duplicateRate, faults.reorderRate] {
            precondition((0...1).contains(rate), "The rate of a fault is a number from 0 to 1, not \(rate).")
        }
        self.wrapped = wrapped
        self.faults = faults
        self.time = time
        state = Mutex(FaultPlan(seed: seed))
    }

    /// How often something has gone wrong so far.
    public var counts: Counts { state.withLock { $0.counts } }

    /// Sends what the faults let through.
    ///
    /// - Returns: For each message `sent` when it was dropped or comes later, otherwise what the wrapped transport
    ///   says; `failed` for all of them after ``stop()``.
    /// - Throws: What the wrapped transport throws.
    public func send(_ messages: [Message]) async throws -> [SendOutcome] {
        let now = state.withLock { plan -> FaultPlan.Batch? in
            guard !plan.isStopped else { return nil }
            let batch = plan.draw(messages, faults)
            for late in batch.late {
                plan.tasks[late.id] = Task { await self.handOver(late) }
            }
            return batch
        }
        guard let now else { return messages.map { _ in .failed(reason: "The faulty transport was stopped.") } }
        var outcomes = [SendOutcome](repeating: .sent, count: messages.count)
        guard !now.copies.isEmpty else { return outcomes }
        let found: [SendOutcome]
        do {
            found = try await wrapped.send(now.copies.map(\.message))
        } catch {
            state.withLock { $0.counts.lost += now.copies.count { $0.wasReported } }
            throw error
        }
        for (copy, outcome) in zip(now.copies, found) {
            if let index = copy.index {
                outcomes[index] = outcome
            } else if copy.wasReported, outcome != .sent {
                state.withLock { $0.counts.lost += 1 }
            }
        }
        return outcomes
    }

    /// Begins to receive from the wrapped transport.
    ///
    /// - Throws: What the wrapped transport throws.
    public func subscribe(to address: Address) async throws -> any TransportSubscription {
        try await wrapped.subscribe(to: address)
    }

    /// Ends the tasks of the transport; what is still on its way counts as lost, and nothing is sent any more.
    public func stop() async {
        let tasks = state.withLock { plan in
            plan.isStopped = true
            return Array(plan.tasks.values)
        }
        for task in tasks { task.cancel() }
        for task in tasks { await task.value }
    }

    private func handOver(_ late: FaultPlan.Late) async {
        let hasPassed = (try? await time.sleep(for: late.delay)) != nil
        let message = state.withLock { $0.take(late) }
        var isLost = false
        if let message {
            let outcome = hasPassed ? try? await wrapped.send([message]).first : nil
            isLost = outcome != .sent
        }
        state.withLock { plan in
            if isLost { plan.counts.lost += 1 }
            plan.tasks[late.id] = nil
        }
    }
}
