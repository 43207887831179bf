internal import Synchronization

/// Wakes those who wait for something to have changed.
///
/// It carries no content: a waiter looks again.
///
/// Every change raises a count. A waiter passes the count it last saw, so a change between its look and its wait is
/// not missed.
public final class Signal: Sendable {
    private struct State {
        var count: UInt64 = 0
        var nextWaiter: UInt64 = 0
        var waiters: [UInt64: CheckedContinuation<Bool, Never>] = [:]
        var cancelled: Set<UInt64> = []
    }

    private let state = Mutex(State())

    /// A signal that has not yet been raised.
    public init() {}

    /// How often it has been raised.
    public var count: UInt64 { state.withLock { $0.count } }

    /// Raises the count and wakes all who wait.
    public func raise() {
        let waiters = state.withLock { state in
            state.count &+= 1
            defer { state.waiters.removeAll() }
            return state.waiters
        }
        for waiter in waiters.values { waiter.resume(returning: true) }
    }

    /// Returns the count as soon as it is no longer `count`.
    ///
    /// - Throws: `CancellationError` when the task is cancelled first.
    @discardableResult
    public func wait(past count: UInt64) async throws -> UInt64 {
        let id = state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        let wasRaised = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let answer: Bool? = state.withLock { state in
                    if state.cancelled.remove(id) != nil { return false }
                    if state.count != count { return true }
                    state.waiters[id] = continuation
                    return nil
                }
                if let answer { continuation.resume(returning: answer) }
            }
        } onCancel: {
            let waiter = state.withLock { state in
                let waiter = state.waiters.removeValue(forKey: id)
                if waiter == nil { state.cancelled.insert(id) }
                return waiter
            }
            waiter?.resume(returning: false)
        }
        state.withLock { _ = $0.cancelled.remove(id) }
        guard wasRaised else { throw CancellationError() }
        return self.count
    }

    /// Returns when the count is no longer `count` or `timeout` has passed, whichever is first.
    ///
    /// - Throws: `CancellationError` when the task is cancelled first.
    public func wait(past count: UInt64, for timeout: Duration, by time: any TimeSource) async throws {
        guard timeout > .zero, self.count == count else { return }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await self.wait(past: count) }
            group.addTask { try await time.sleep(for: timeout) }
            defer { group.cancelAll() }
            try await group.next()
        }
    }
}

/// The signals of a store.
///
/// Each is raised after a commit, also after one of another process.
public struct StoreSignals: Sendable {
    /// Events were appended.
    public let events = Signal()
    /// Messages were put into the outbox, or held ones changed.
    public let outbox = Signal()
    /// Timers were set.
    public let timers = Signal()
    /// The register of projections changed.
    public let projections = Signal()
    /// Leases were taken or given back.
    public let leases = Signal()

    /// Signals of their own for one store.
    public init() {}

    /// Raises all of them, when it is not known what changed.
    public func raiseAll() {
        events.raise()
        outbox.raise()
        timers.raise()
        projections.raise()
        leases.raise()
    }
}
