package import EddaCore
internal import Logging

extension SagaCoordinator {
    /// Makes the calls again that were made by a process which is gone, rather than to wait for the timers of their sagas.
    ///
    /// It is for a process that alone makes calls: the only one on its store, or the one with the lease. What it makes
    /// itself is left alone.
    ///
    /// The timer of a saga that waits for a call comes due before long, so only those are looked at that do.
    package func takeUpLocals() async {
        let named = unit.programs.filter { $0.value.steps.contains { $0.perform != nil } }
        guard !named.isEmpty else { return }
        let unit = unit
        do {
            let waiting = try await sagasThatWaitShortly()
            for start in stride(from: 0, to: waiting.count, by: configuration.timerLimit) {
                let page = waiting[start...].prefix(configuration.timerLimit)
                let lost = try await store.read { transaction in
                    try page.filter { id in
                        guard let record = try transaction.saga(id), !record.isAtRest,
                            let program = named[record.name],
                            // What does not decode is parked when its timer comes due.
                            let instance = try? unit.read(record)
                        else { return false }
                        return instance.steps.contains { step in
                            (step.status == .dispatched || step.status == .undoDispatched)
                                && program.step(step.id)?.perform != nil
                        }
                    }
                }
                _ = await performEach(lost.map { (.callsLost, $0, nil) })
            }
        } catch is CancellationError where Task.isCancelled {
            return
        } catch {
            logger.warning(
                "Steps that an earlier process was doing were not looked for; they are done when their timers come due.",
                metadata: ["error": "\(error)"]
            )
        }
    }

    /// Sagas whose timers come due within the longest pause after which a call is made again; of very many only some.
    private func sagasThatWaitShortly() async throws -> [SagaID] {
        let longest = configuration.resend.bound(afterAttempt: 1_000)
        return try await store.read { transaction in
            let horizon = transaction.now.advanced(by: longest)
            return try transaction.dueTimers(owner: SagaUnit.timerOwner, at: horizon, limit: 10_000)
                .compactMap { SagaID(rawValue: $0.key) }
        }
    }

    /// Begins no more `local` steps until ``run(transport:)`` is called again; those under way go on.
    ///
    /// What is left is begun by the next process, as after one that was killed.
    package func beginNoMoreLocals() { locals.isResting = true }

    /// Returns when no `local` step is under way whose result is still wanted, and what came of each is written down.
    ///
    /// - Throws: `CancellationError` when the task is cancelled first.
    package func finishLocals() async throws { try await locals.waitUntilIdle() }

    /// Raised when ``finishLocals()`` has to wait.
    package var waitsForLocals: Signal { locals.waits }

    /// Does what is to be done in this process until the task is cancelled.
    func runLocals() async {
        await locals.run(limit: configuration.localLimit, time: store.time) { call, abandoned in
            do {
                guard let begun = try await self.begin(call, abandoned) else { return }
                if let outcome = await self.attempt(begun) { try await self.take(outcome, of: call) }
            } catch {
                self.warn(call, error)
            }
        }
    }

    /// Makes a call, and cancels it when nobody needs its result any more or its time is over.
    private func attempt(_ begun: BegunCall) async -> CommandOutcome? {
        let (outcome, broken) = await locals.do(
            begun.call,
            unless: begun.abandoned,
            within: begun.limit,
            by: store.time,
            isMinded: { await self.isMinded(begun) }
        ) { await self.outcome(of: begun) }
        guard broken == .late, case .some(.none) = outcome, !Task.isCancelled else { return outcome ?? nil }
        return begun.lateOutcome
    }

    /// Makes a call ready, if its saga still wants it.
    func begin(_ call: LocalCall, _ abandoned: Signal) async throws -> BegunCall? {
        guard let program = unit.programs[call.name], let step = program.step(call.key.step),
            let perform = step.perform(call.key.direction), let exchange = try await exchange(of: call)
        else { return nil }
        if call.number > 1, exchange.isOnHold {
            // An earlier one may have ended its process, and if nobody knew that it had begun, its time would never be over.
            _ = try await self.perform(.wake, on: call.key.saga, cause: nil)
            guard try await self.exchange(of: call) != nil else { return nil }
        }
        let work: PlannedStep.Work
        do {
            let state = try program.decodeState(call.state.bytes)
            work = try perform(state, call.elements[...], call, program.services, program.schema)
        } catch {
            let reason = "\(error)"
            work = { throw BegunCall.Unfit(reason: reason, isFirst: call.number == 1) }
        }
        return BegunCall(
            call: call,
            abandoned: abandoned,
            limit: step.callLimit,
            hasTimeout: hasTimeout(call),
            work: work
        )
    }

    /// Moves a saga on by what has come of a call.
    func take(_ outcome: CommandOutcome, of call: LocalCall) async throws {
        let reply = SagaReply(key: call.key, outcome: outcome, messageID: "\(call.key.text)@\(call.number)")
        _ = try await perform(.reply(reply), on: call.key.saga, cause: nil)
    }

    func warn(_ call: LocalCall, _ error: any Error) {
        logger.warning(
            "What a step did in this process could not be written down; if it is still wanted, it is repeated.",
            metadata: ["key": "\(call.key.text)", "error": "\(error)"]
        )
    }

    /// What the saga knows of the call; `nil` when it does not wait for it any more: the call may have waited here
    /// while somebody decided otherwise.
    private func exchange(of call: LocalCall) async throws -> Exchange? {
        let key = call.key
        guard let record = try await store.read({ try $0.saga(key.saga) }), !record.status.isEnded,
            let step = try unit.read(record).steps.first(where: { $0.id == key.step }),
            step.status == (key.direction == .forward ? .dispatched : .undoDispatched),
            step[key.direction].round == key.round
        else { return nil }
        return step[key.direction]
    }

    /// What has come of a call; `nil` when it was cancelled.
    package func outcome(of begun: BegunCall) async -> CommandOutcome? {
        let key = begun.key.text
        do {
            try configuration.localWatch?.begin(key)
            let reply = try await begun.work()
            configuration.localWatch?.end(key)
            return .succeeded(reply)
        } catch let unfit as BegunCall.Unfit {
            return unfit.outcome
        } catch let rejection as Rejection {
            return .rejected(rejection)
        } catch is CancellationError where Task.isCancelled {
            return nil
        } catch {
            return .failed(reason: "\(error)", isRetriable: true)
        }
    }

    /// Whether the saga itself cancels the call when its time is over.
    ///
    /// It does so for a step with a timeout, unless another process has decided about the step.
    private func isMinded(_ begun: BegunCall) async -> Bool {
        guard begun.hasTimeout else { return false }
        return (try? await exchange(of: begun.call) != nil) ?? true
    }

    private func hasTimeout(_ call: LocalCall) -> Bool {
        call.key.direction == .forward && unit.programs[call.name]?.step(call.key.step)?.timeout != nil
    }
}

/// What a test does around the steps that are done in the coordinator's process.
package protocol LocalWatch: Sendable {
    /// Called before the work; what it throws is what the work throws.
    func begin(_ key: String) throws

    /// Called after the work.
    func end(_ key: String)
}
