internal import EddaCore
internal import EddaSagas

extension SagaWorld {
    func record() async throws -> SagaRecord? {
        let id = SagaScript<S>.id
        return try await owner.base.read { try $0.saga(id) }
    }

    /// The sagas that stand still until somebody decides.
    func parked() async throws -> [SagaID] {
        try await owner.base.read { try $0.sagas(SagaFilter(statuses: [.parked], limit: 1_000)) }.map(\.id)
    }

    /// Looks at what has come of the last happening: an operator may decide now, and the invariant has to hold.
    func look() async throws {
        guard let record = try await record(), record.revision > transitions else { return }
        while transitions < record.revision {
            transitions += 1
            let isParked = record.status == .parked && transitions == record.revision
            for effect in fates.at(.transition, transitions, isParked: isParked) {
                switch effect {
                case .decision(let verb): plan(.decision(verb, record.id), at: max(now, owner.upAt))
                case .signal(let step):
                    for signal in script.options.signals where signal.step == SagaStanding.template(step) {
                        plan(.signal(signal, step), at: max(now, owner.upAt))
                    }
                default: break
                }
            }
        }
        if !script.options.signals.isEmpty {
            planSignals(try owner.base.schema.codec.decode(SagaInstance.self, from: record.instance))
        }
        guard let always = script.always else { return }
        let outcome = try await outcome()
        do {
            try await always(outcome)
        } catch {
            throw SagaViolation("the invariant over every point", "\(error)")
        }
    }

    /// Lets an operator decide, who claims nothing that is not true.
    func decide(_ verb: SagaFault.Verb, on id: SagaID) async throws {
        guard owner.upAt <= now else { return plan(.decision(verb, id), at: owner.upAt) }
        guard let coordinator = owner.coordinator, let record = try await owner.base.read({ try $0.saga(id) }) else {
            return
        }
        let number = transitions
        if verb == .compensate, record.status == .parked, let step = record.step {
            // To turn back from a pivot of unknown outcome says that it was not executed, and never will be.
            func isAbout(_ key: String) -> Bool { SagaKey(key).map { $0.saga == id && $0.step == step } ?? false }
            if isUnderWay({ isAbout($0.message.idempotencyKey) }) || isBegun(isAbout) { return }
            if journal.entries.contains(where: { isAbout($0.key) }) || journal.called.contains(where: isAbout) {
                return
            }
        }
        do {
            let decision: SagaDecision
            switch verb {
            case .cancel: decision = try await coordinator.cancel(id, by: "operator", because: "the test wants it")
            case .retry:
                guard let decided = try await retry(id, record, coordinator) else { return }
                decision = decided
            case .compensate:
                decision = try await coordinator.compensate(id, by: "operator", because: "the test wants it")
            }
            if decision.hasEffect, id == SagaScript<S>.id { decided.append((verb, number)) }
            story.tell(
                now,
                "operator",
                "decides: \(verb.rawValue)\(decision.hasEffect ? "" : ", which is under way already")"
            )
        } catch let error as SagaError where error.code == .verbRefused {
            story.tell(now, "operator", "decides: \(verb.rawValue), which is refused. \(error)")
        } catch {
            guard owner.handle.death != nil else { throw error }
        }
        try await tellTransitions()
        if try await mourn(owner) { plan(.decision(verb, id), at: owner.upAt) }
        try await publish(owner)
        planLocals()
    }

    /// Has a saga tried again; what nobody can tell any more is found out first.
    ///
    /// - Returns: `nil` when it was called for at the outside, and nobody knows what would have been answered.
    private func retry(
        _ id: SagaID,
        _ record: SagaRecord,
        _ coordinator: SagaCoordinator
    ) async throws -> SagaDecision? {
        let instance = try owner.base.schema.codec.decode(SagaInstance.self, from: record.instance)
        let step = instance.steps.first { $0.id == instance.parking?.step }
        func isAbout(_ key: String) -> Bool {
            guard let key = SagaKey(key) else { return false }
            return key.saga == id && key.step == step?.id && key.direction == .forward
        }
        let deed = journal.entries.last { isAbout($0.key) }
        if instance.parking?.cause == .expired, deed == nil, isBegun(isAbout) || journal.called.contains(where: isAbout)
        {
            return nil
        }
        if instance.parking?.cause == .expired, let deed {
            story.tell(now, "operator", "finds out that it was executed")
            return try await coordinator.resolve(id, reply: deed.reply ?? [], by: "operator")
        }
        if instance.parking?.cause == .undoFailed, step?.undo.outcome == "expired", deed == nil,
            !isBegun(isAbout), !journal.called.contains(where: isAbout)
        {
            return try await coordinator.skip(id, by: "operator", because: "there is nothing to undo")
        }
        return try await coordinator.retry(id, by: "operator", because: "the test wants it")
    }

    /// Whether a saga stands still since so much time has passed that nobody can tell what was done.
    func isTooLate() async throws -> Bool {
        let records = try await owner.base.read { try $0.sagas(SagaFilter(statuses: [.parked], limit: 1_000)) }
        return try records.contains { record in
            let instance = try owner.base.schema.codec.decode(SagaInstance.self, from: record.instance)
            let step = instance.steps.first { $0.id == instance.parking?.step }
            return instance.parking?.cause == .expired
                || instance.parking?.cause == .undoFailed && step?.undo.outcome == "expired"
        }
    }

    /// How everything stands.
    func outcome() async throws -> SagaTestOutcome<S.State> {
        let (timeline, instance, state) = try await standing()
        return SagaTestOutcome(
            status: timeline.status,
            reason: timeline.reason,
            state: state,
            timeline: timeline,
            effects: journal.entries.compactMap { entry in
                guard let key = SagaKey(entry.key) else { return nil }
                return .init(
                    saga: key.saga,
                    step: key.step,
                    isCompensation: entry.isCompensation,
                    command: entry.type,
                    participant: entry.participant,
                    at: .nanoseconds(entry.at)
                )
            },
            stores: stores,
            parkedFor: instance.parking?.cause
        )
    }

    private func standing() async throws -> (SagaTimeline, SagaInstance, S.State) {
        let id = SagaScript<S>.id
        guard let record = try await record() else { throw TestFailure("The saga was never started.") }
        let schema = owner.base.schema
        let instance = try schema.codec.decode(SagaInstance.self, from: record.instance)
        let state = try schema.codec.decode(S.State.self, from: instance.state.bytes)
        return (try await watcher().timeline(of: id), instance, state)
    }

    /// A coordinator that only reads.
    func watcher() throws -> SagaCoordinator {
        try SagaCoordinator(
            store: owner.base,
            address: owner.address,
            registrations: script.registrations,
            logger: .silent
        )
    }

    /// Tells what the history of the saga has gained.
    func tellTransitions() async throws {
        guard story.isTold, try await record() != nil else { return }
        let entries = try await watcher().timeline(of: SagaScript<S>.id).entries
        for entry in entries.dropFirst(story.told) {
            var text = entry.what
            if let step = entry.step { text += " \(step)" }
            if let attempt = entry.attempt, attempt > 1 { text += ", try \(attempt)" }
            if let reason = entry.reason { text += ": \(reason)" }
            story.tell(now, "  \(S.name)", text)
        }
        story.told = entries.count
    }
}
