internal import EddaCore
internal import Logging

extension ProjectionEngine {
    /// Keeps the projections current until the task is cancelled; then it returns.
    ///
    /// Inline ones, too: what another process appends that does not know them, or knows them and was not told to
    /// ``attach()``, is made up for as soon as it is there.
    ///
    /// While it runs, ``status()`` tells that somebody is at work, in every process; a program that was killed or hangs is
    /// missed after half a minute, whether events are appended or not.
    ///
    /// Each has a child task of its own, so one that fails or is slow does not hold up the others. A failed handler
    /// is tried again with growing pauses, and ``status()`` says why its projection stands still. Projections that
    /// have not been prepared are prepared first.
    ///
    /// - Throws: As ``prepare()``; errors of the store that do not go away, such as `closed`.
    public func run() async throws {
        do {
            try await prepareOnce()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for worker in workers {
                    group.addTask { try await self.follow(worker) }
                }
                group.addTask { try await self.keepShowing() }
                // Without projections there is nothing to do, and yet a service does not end by itself.
                group.addTask { try await Signal().wait(past: 0) }
                // Not `waitForAll`, which waits for the others before it throws.
                while try await group.next() != nil {}
            }
        } catch is CancellationError where Task.isCancelled {
            return
        }
    }

    /// How long what others append may be missing from an inline projection.
    private static let inlinePause = Duration.milliseconds(20)

    private func follow(_ worker: ProjectionWorker) async throws {
        var failures = 0
        while true {
            try Task.checkCancellation()
            let watch = StoreWatch(store.signals)
            do {
                switch try await worker.advance() {
                case .moved: break
                case .current:
                    try await watch.waitForEvents()
                    // What this process appends has its rows already; others are looked after now and then.
                    if worker.projection.mode == .inline { try await store.time.sleep(for: Self.inlinePause) }
                case .notLive: try await watch.wait(by: store.time)
                }
                failures = 0
            } catch let error where Self.isTemporary(error) {
                failures += 1
                worker.logger.debug("Standing still", metadata: ["reason": "\(error)"])
                try await pause(worker, afterFailure: failures)
            } catch let error as ProjectionError where error.code == .olderProgram {
                // A newer program keeps the projection from now on; this one must not touch its tables.
                worker.logger.debug("Standing by", metadata: ["reason": "\(error)"])
                try await watch.wait(by: store.time)
            }
        }
    }

    /// Waits before the next try, unless somebody else gets the projection past the event: by rebuilding it.
    private func pause(_ worker: ProjectionWorker, afterFailure failure: Int) async throws {
        var policy = configuration.retry
        policy.attempts = nil
        let pause = policy.pause(afterAttempt: failure, entropy: .random(in: 0 ... .max)) ?? policy.cap
        let end = store.time.now().advanced(by: pause)
        let stuck = try? await worker.records()
        while true {
            let watch = StoreWatch(store.signals)
            let remaining = end.elapsed(since: store.time.now())
            guard remaining > .zero else { return }
            if let stuck, let now = try? await worker.records(), let before = worker.planner.live(in: stuck) {
                guard worker.planner.unmoved(before, in: now) != nil else { return }
            }
            try await watch.waitForRegister(for: remaining, by: store.time)
        }
    }

    /// Whether an error may go away by itself.
    static func isTemporary(_ error: any Error) -> Bool {
        switch error {
        case is HandlerFailure, is Overloaded, is CommitUnknown: true
        case let error as StoreError: error.isRetriable || error.code == .ioError
        default: false
        }
    }
}
