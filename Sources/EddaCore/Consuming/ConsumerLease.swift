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
    /// - Throws: `CancellationError`; errors of the store.
    package func acquire() async throws {
        while true {
            try Task.checkCancellation()
            let (name, holder) = (name, holder)
            let seen = store.signals.leases.count
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
                return
            case .wait(let pause):
                try await store.signals.leases.wait(past: seen, for: pause, by: store.time)
            case .beat:
                return
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
        } catch let error
            where error is Overloaded || error is CommitUnknown || (error as? StoreError)?.isRetriable == true
        {
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
