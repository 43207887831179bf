internal import EddaCore
internal import Logging

extension SagaCoordinator {
    /// Minds the timers and does what is to be done in this process, while it has the lease for that if there is one, until the
    /// task is cancelled.
    ///
    /// Two processes that do so on one store harm no saga, since each transition is made once; but both would do the same
    /// step, as its timer lets it be done again as long as there is no result.
    func keepGoing() async throws {
        guard let duration = configuration.lease else { return try await mindTimersAndLocals(under: nil) }
        let lease = ConsumerLease(store: store, name: "edda.sagas", duration: duration)
        defer { locals.isStandingBy = false }
        while true {
            locals.isStandingBy = true
            do {
                try await lease.acquire()
            } catch is CancellationError where Task.isCancelled {
                return
            }
            locals.isStandingBy = false
            do {
                try await mindTimersAndLocals(under: lease)
                return await giveBack(lease)
            } catch let lost as LeaseLost where lost.held.name == lease.name {
                lease.didLose()
                logger.warning(
                    "Another process minds the sagas: this one was silent for too long.",
                    metadata: ["reason": "\(lost)"]
                )
            } catch {
                await giveBack(lease)
                throw error
            }
        }
    }

    private func mindTimersAndLocals(under lease: ConsumerLease?) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await self.mindTimers() }
            group.addTask { await self.runLocals() }
            group.addTask { await self.takeUpLocals() }
            if let lease {
                group.addTask {
                    do {
                        try await lease.keepBeating()
                    } catch is CancellationError where Task.isCancelled {}
                }
            }
            defer { group.cancelAll() }
            while try await group.next() != nil {}
        }
    }

    /// Lets others take over at once; what was cancelled may still do this.
    private func giveBack(_ lease: ConsumerLease) async {
        do {
            try await Task { try await lease.giveBack() }.value
        } catch {
            logger.warning("The lease on the sagas was not given back.", metadata: ["error": "\(error)"])
        }
    }
}
