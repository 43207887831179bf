internal import EddaCore
internal import EddaMessaging
internal import ServiceLifecycle

extension EddaRuntime {
    /// Prepares the store, then keeps projections current, executes commands, drives sagas and sends messages.
    ///
    /// On graceful shutdown it takes no more work, waits up to ``shutdownLimit`` until what it holds is done, and
    /// returns. When its task is cancelled it returns as soon as the transactions that have begun are through; nothing
    /// that was promised is lost, and what was cut short happens again at the next start, without a second effect.
    ///
    /// - Throws: What a worker could not get over, after the others were stopped.
    public func run() async throws {
        try await run(until: { try await gracefulShutdown() })
    }

    /// Runs for as long as `body` takes, then shuts down gracefully.
    ///
    /// For scripts and tests; a service uses ``run()``.
    ///
    /// ```swift
    /// let saga = try await runtime.whileRunning {
    ///     try await runtime.start(FulfilOrder.self, id: "order-1042", state: .init(order: "1042"))
    ///     return try await runtime.sagas.wait(for: "order-1042")
    /// }
    /// ```
    ///
    /// - Returns: What `body` returns.
    /// - Throws: What `body` throws, or what ends ``run()``, whichever is first.
    public func whileRunning<Result: Sendable>(
        _ body: @escaping @Sendable () async throws -> Result
    ) async throws -> Result {
        try await prepare()
        let ended = Signal()
        return try await withThrowingTaskGroup(of: Result?.self) { group in
            group.addTask {
                try await self.run(until: { try await ended.wait(past: 0) })
                return nil
            }
            group.addTask {
                defer { ended.raise() }
                return try await body()
            }
            var result: Result?
            while let ending = try await group.next() { result = result ?? ending }
            guard let result else { throw CancellationError() }
            return result
        }
    }

    private func run(until stop: @escaping @Sendable () async throws -> Void) async throws {
        try await prepare()
        let gate = QuiescingTransport(transport)
        let participants = components.participants.map {
            ParticipantWorker(
                participant: $0,
                store: store,
                transport: gate,
                logger: logger,
                configuration: participantConfiguration
            )
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for work in workers(on: gate, participants) {
                group.addTask {
                    do {
                        try await work()
                    } catch is CancellationError where Task.isCancelled {
                        return  // The cancellation is how it was asked to stop.
                    }
                }
            }
            // This child is the first to end unless a worker fails: workers end by cancellation only.
            group.addTask {
                do {
                    try await stop()
                    // Nobody begins anything more before the first is waited for.
                    gate.close()
                    self.sagas.beginNoMoreLocals()
                    for participant in participants { participant.beginNoMoreCalls() }
                    try await self.withinShutdownLimit {
                        try await gate.quiesce()
                        try await self.sagas.finishLocals()
                        for participant in participants {
                            try await participant.finishCalls(raising: self.waitsForCalls)
                        }
                    }
                } catch is CancellationError where Task.isCancelled {
                    return
                }
            }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    /// One closure a worker; each works until its task is cancelled.
    private func workers(
        on transport: QuiescingTransport,
        _ participants: [ParticipantWorker]
    ) -> [@Sendable () async throws -> Void] {
        var workers: [@Sendable () async throws -> Void] = []
        if !components.projections.isEmpty {
            workers.append { try await self.projections.run() }
        }
        if !components.sagas.isEmpty {
            workers.append { try await self.sagas.run(transport: transport) }
        }
        for participant in participants { workers.append { try await participant.run() } }
        let pump = OutboxPump(store: store, transport: transport, logger: logger, configuration: outboxConfiguration)
        workers.append { try await pump.run() }
        return workers
    }

    private func withinShutdownLimit(_ work: @escaping @Sendable () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await work() }
            group.addTask { try await self.store.time.sleep(for: self.shutdownLimit) }
            defer { group.cancelAll() }
            try await group.next()
        }
    }
}
