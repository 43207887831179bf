internal import EddaCore
internal import Logging

extension SagaCoordinator {
    /// Does what waits to be done in this process, one after another, for programs that hold the time themselves.
    ///
    /// - Returns: How many calls were made.
    @discardableResult
    package func performLocals() async -> Int {
        var count = 0
        while let (call, _) = locals.next(at: store.time.now()) {
            if await carryOut(call, { await $1() }) { count += 1 }
            locals.finish(call)
        }
        return count
    }

    /// Makes the calls again that were made by a process which is gone, rather than to wait for the timers of their sagas.
    ///
    /// It is for a process that alone makes calls: the only one on its store, or the one with the lease. What it makes itself
    /// is left alone.
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

    /// Does what is to be done in this process until the task is cancelled.
    func runLocals() async {
        await locals.run(limit: configuration.localLimit, time: store.time) { call, abandoned in
            await self.carryOut(call) { limit, work in
                let (outcome, broken) = await self.locals.do(
                    call,
                    unless: abandoned,
                    within: limit,
                    by: self.store.time,
                    isMinded: { await self.isMinded(call) },
                    work
                )
                guard broken == .late, case .some(.none) = outcome, !Task.isCancelled else { return outcome ?? nil }
                return self.outcome(ofLate: call, limit)
            }
        }
    }

    /// Makes a call, if its saga still wants it, and moves the saga on by the result.
    ///
    /// - Parameter attempt: Does the work, for so long at most.
    /// - Returns: Whether it was made.
    @discardableResult
    private func carryOut(
        _ call: LocalCall,
        _ attempt: (_ limit: Duration, _ work: @escaping @Sendable () async -> CommandOutcome?) async -> CommandOutcome?
    ) async -> Bool {
        do {
            guard let program = unit.programs[call.name], let step = program.step(call.key.step),
                let perform = call.key.direction == .forward ? step.perform : step.performUndo, try await isWanted(call)
            else { return false }
            let outcome: CommandOutcome?
            do {
                let state = try program.decodeState(call.state.bytes)
                let work = try perform(state, call.elements[...], call, program.services, program.schema)
                let watch = configuration.localWatch
                outcome = await attempt(step.callLimit) { await Self.outcome(of: work, call.key.text, watch) }
            } catch {
                // It has not begun; but an earlier call, whose result was not learned, may have had its effect.
                outcome = .failed(reason: "\(error)", isRetriable: call.number > 1)
            }
            guard let outcome else { return true }
            let reply = SagaReply(key: call.key, outcome: outcome, messageID: "\(call.key.text)@\(call.number)")
            _ = try await self.perform(.reply(reply), on: call.key.saga, cause: nil)
        } catch {
            logger.warning(
                "What a step did in this process could not be written down; if it is still wanted, it is repeated.",
                metadata: ["key": "\(call.key.text)", "error": "\(error)"]
            )
        }
        return true
    }

    /// Whether the saga still waits for the call: it may have waited here while somebody decided otherwise.
    private func isWanted(_ call: LocalCall) async throws -> Bool {
        let key = call.key
        guard let record = try await store.read({ try $0.saga(key.saga) }), !record.status.isEnded,
            let step = try unit.read(record).steps.first(where: { $0.id == key.step })
        else { return false }
        return step.status == (key.direction == .forward ? .dispatched : .undoDispatched)
            && step[key.direction].round == key.round
    }

    /// What has come of a call; `nil` when it was cancelled.
    private static func outcome(
        of work: PlannedStep.Work,
        _ key: String,
        _ watch: (any LocalWatch)?
    ) async -> CommandOutcome? {
        do {
            try watch?.begin(key)
            let reply = try await work()
            watch?.end(key)
            return .succeeded(reply)
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
    private func isMinded(_ call: LocalCall) async -> Bool {
        guard hasTimeout(call) else { return false }
        return (try? await isWanted(call)) ?? true
    }

    private func hasTimeout(_ call: LocalCall) -> Bool {
        call.key.direction == .forward && unit.programs[call.name]?.step(call.key.step)?.timeout != nil
    }

    /// What has come of a call that was cancelled for taking too long.
    private func outcome(ofLate call: LocalCall, _ limit: Duration) -> CommandOutcome? {
        guard !hasTimeout(call) else { return nil }
        return .failed(reason: "it was cancelled, since it had no result within \(limit.inWords)", isRetriable: true)
    }
}

/// What a test does around the steps that are done in the coordinator's process.
package protocol LocalWatch: Sendable {
    /// Called before the work; what it throws is what the work throws.
    func begin(_ key: String) throws

    /// Called after the work.
    func end(_ key: String)
}
