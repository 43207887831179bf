internal import Logging
internal import Synchronization

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// The lease of one worker, such as a consumer, in one process: asks the keeper what to do, and does it.
package final class ConsumerLease: Sendable {
    package let name: LeaseName
    private let store: any Store
    private let holder: String
    private let keeper: Mutex<LeaseKeeper>

    /// A lease that is not held yet.
    package init(store: any Store, name: CheckpointName, duration: Duration) {
        self.store = store
        self.name = LeaseName(unchecked: name.rawValue)
        holder = "process \(ProcessInfo.processInfo.processIdentifier), \(EventID.generate())"
        keeper = Mutex(LeaseKeeper(duration: duration))
    }

    /// The lease, when it is held.
    var held: Lease? { keeper.withLock { $0.held } }

    /// Waits until the lease is held.
    ///
    /// What keeps the store from being read or written for a while, such as a holder that was stopped in a commit and
    /// has the file locked, does not end the wait: the lease is tried for again after a pause.
    ///
    /// - Throws: `CancellationError`; errors of the store that do not go away.
    package func acquire() async throws {
        let pauses = RetryPolicy.exponential(attempts: nil, initial: .milliseconds(100), cap: .seconds(10))
        var failures = 0
        while true {
            try Task.checkCancellation()
            do {
                let seen = store.signals.leases.count
                guard let pause = try await takeIfFree() else { return }
                failures = 0
                try await store.signals.leases.wait(past: seen, for: pause, by: store.time)
            } catch  where StoreError.isPassing(error) {
                failures += 1
                // Whoever looks more seldom takes the holder's silence for a sleep of its own; see `LeaseKeeper`.
                let pause = min(pauses.bound(afterAttempt: failures), keeper.withLock { $0.interval })
                Logger.current.warning(
                    "The lease \(name) could not be taken; it is tried for again after a pause.",
                    metadata: ["error": "\(error)", "pause": "\(pause)"]
                )
                try await store.time.sleep(for: pause)
            }
        }
    }

    /// Takes the lease if it may be taken now.
    ///
    /// - Returns: For how long to wait before the next look; `nil` when the lease is held.
    private func takeIfFree() async throws -> Duration? {
        while true {
            let (name, holder) = (name, holder)
            let stored = try await store.read { try $0.lease(name) }
            let now = store.time.now()
            // What is stored under this very holder was taken by a commit whose outcome was not learned.
            let step = keeper.withLock {
                stored?.holder == holder ? .take(over: stored) : $0.look(at: stored, now: now)
            }
            switch step {
            case .take(let silent):
                guard let taken = try await store.write({ try $0.takeLease(name, for: holder, over: silent) }) else {
                    continue
                }
                keeper.withLock { $0.didHold(taken, at: now) }
                Logger.current.debug("Took the lease \(name)", metadata: ["epoch": "\(taken.epoch)"])
                return nil
            case .wait(let pause):
                return pause
            case .beat:
                return nil
            }
        }
    }

    /// Shows that the holder is at work, if it is time to.
    ///
    /// - Returns: How long until the next time.
    /// - Throws: ``LeaseLost``; errors of the store that do not go away.
    func beatIfDue() async throws -> Duration {
        guard case .beat(let lease) = keeper.withLock({ $0.hold(now: store.time.now()) }) else { return pause }
        do {
            let now = store.time.now()
            didBeat(try await store.write { try $0.beat(lease) }, at: now)
        } catch  where StoreError.isPassing(error) {
            // Whether the lease is still held is learned by the next beat that goes through.
            return keeper.withLock { $0.interval }
        }
        return pause
    }

    /// Beats until the task is cancelled.
    ///
    /// - Throws: ``LeaseLost``, `CancellationError`; errors of the store.
    package func keepBeating() async throws -> Never {
        while true {
            let pause = try await beatIfDue()
            try await store.time.sleep(for: pause)
        }
    }

    /// A unit has raised the beat.
    func didBeat(_ lease: Lease, at now: Moment) {
        keeper.withLock { keeper in
            if let held = keeper.held, held.isSameHolding(as: lease) { keeper.didHold(lease, at: now) }
        }
    }

    /// Gives the lease back, if it is held.
    ///
    /// - Throws: Errors of the store.
    package func giveBack() async throws {
        guard let lease = held else { return }
        didLose()
        do {
            try await store.write { try $0.giveBack(lease) }
        } catch is LeaseLost {}
    }

    package func didLose() { keeper.withLock { $0.didLose() } }

    private var pause: Duration {
        keeper.withLock { keeper in
            if case .wait(let pause) = keeper.hold(now: store.time.now()) { pause } else { .zero }
        }
    }
}
