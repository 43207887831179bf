internal import EddaCore
internal import EddaMessaging
internal import EddaSagas

/// One process of a service.
struct SagaProcess {
    let service: SagaService
    private let number: Int

    init(_ service: SagaService) {
        self.service = service
        number = service.processes
    }

    /// Whether it has not died.
    var isAlive: Bool { service.processes == number && service.handle.death == nil }
}

/// A call in the coordinator's process that has not ended.
final class LocalDeed {
    /// What can happen to it.
    enum Turn {
        /// It ends, whether or not it was cancelled.
        case end
        /// Its time is over.
        case late
    }

    let begun: BegunCall
    /// Whether it ends when it is cancelled.
    let heeds: Bool
    var isBrokenOff = false

    init(_ begun: BegunCall, heeds: Bool) {
        self.begun = begun
        self.heeds = heeds
    }
}

extension SagaWorld {
    // MARK: Work in the coordinator's process

    func planLocals() {
        if hasLocals { plan(.locals, at: now + Self.millisecond) }
    }

    func workLocally() async throws {
        guard let coordinator = owner.coordinator, owner.upAt <= now else { return }
        var isAny = false
        while let begun = await coordinator.beginLocal() {
            isAny = true
            let key = script.names.short(begun.key.text)
            switch pace(key) {
            case .hang?:
                _ = await coordinator.outcome(of: begun)
                story.tell(now, "\(owner.address)", "does \(key) itself, which does not return")
                keep(LocalDeed(begun, heeds: true))
            case .stall(let time)?:
                story.tell(now, "\(owner.address)", "begins \(key), which takes \(time) ms")
                let deed = LocalDeed(begun, heeds: false)
                keep(deed)
                plan(.local(deed, .end), at: now + Int64(time) * Self.millisecond)
            default:
                let before = journal.entries.count
                let outcome = await coordinator.outcome(of: begun)
                if journal.entries.count > before { story.tell(now, "\(owner.address)", "does \(key) itself") }
                await coordinator.end(begun, with: outcome)
            }
        }
        if isAny { try await settleLocals() }
    }

    /// What goes wrong with the next call under a key.
    private func pace(_ key: String) -> SagaFault.Effect? {
        let number = calls[key, default: 0] + 1
        calls[key] = number
        return fates.at(.call(key: key), number).first
    }

    private func keep(_ deed: LocalDeed) {
        deeds.append(deed)
        plan(.local(deed, .late), at: now + deed.begun.limit.wholeNanoseconds)
    }

    /// Lets a call that has not ended end, or notes that it takes too long.
    func turnOut(_ deed: LocalDeed, _ turn: LocalDeed.Turn) async throws {
        // With its process it is gone.
        guard let coordinator = owner.coordinator, deeds.contains(where: { $0 === deed }) else { return }
        switch turn {
        case .end: await end(deed, with: coordinator.outcome(of: deed.begun))
        // The timer of its saga cancels it.
        case .late where deed.begun.hasTimeout: return
        case .late where deed.heeds: await end(deed, with: deed.begun.lateOutcome)
        case .late:
            deed.isBrokenOff = true
            return coordinator.breakOff(deed.begun)
        }
        try await settleLocals()
    }

    /// Ends calls that nobody needs any more, if they heed that.
    func mindDeeds() async throws {
        guard deeds.contains(where: { !$0.isBrokenOff && $0.begun.abandoned.count > 0 }) else { return }
        for deed in deeds where !deed.isBrokenOff && deed.begun.abandoned.count > 0 {
            deed.isBrokenOff = true
            owner.coordinator?.breakOff(deed.begun)
            if deed.heeds { await end(deed, with: nil) }
        }
        try await settleLocals()
    }

    private func end(_ deed: LocalDeed, with outcome: CommandOutcome?) async {
        deeds.removeAll { $0 === deed }
        let key = script.names.short(deed.begun.key.text)
        story.tell(now, "\(owner.address)", outcome == nil ? "has \(key) cancelled" : "comes to the end of \(key)")
        await owner.coordinator?.end(deed.begun, with: outcome)
    }

    private func settleLocals() async throws {
        try await tellTransitions()
        _ = try await mourn(owner)
        try await publish(owner)
        planLocals()
    }

    // MARK: Calls of participants

    /// Goes on, in a moment, with what a participant has begun.
    func planCalls(_ service: SagaService) {
        for begun in service.executor?.takeBegun() ?? [] {
            let key = script.names.short(begun.message.idempotencyKey)
            var moment = now + Self.millisecond
            var isHanging = false
            switch pace(key) {
            case .stall(let time)?: moment += Int64(time) * Self.millisecond
            case .hang?:
                // Then it is cancelled.
                moment += 60_000 * Self.millisecond
                isHanging = true
            default: break
            }
            story.tell(now, "\(service.address)", "has begun \(key)\(isHanging ? ", which does not return" : "")")
            plan(.call(begun, process: SagaProcess(service), isHanging: isHanging), at: moment)
        }
    }

    /// Brings what a participant has begun to its end.
    func goOn(with begun: BegunCommand, _ process: SagaProcess, _ isHanging: Bool) async throws {
        guard process.isAlive else { return }
        let service = process.service
        journal.expect(begun.message, isHanging: isHanging)
        let before = journal.entries.count
        await service.executor?.goOn(with: begun)
        let problem = journal.takeProblem()
        let isExecuted = journal.entries.count > before
        let key = script.names.short(begun.message.idempotencyKey)
        story.tell(
            now,
            "\(service.address)",
            "goes on with \(key) and " + (isExecuted ? "executes it" : problem ?? "has nothing to commit")
        )
        _ = try await mourn(service)
        try await publish(service)
        planCalls(service)
    }

    /// Takes up what the process before has begun, here and in the coordinator.
    func resume(_ process: SagaProcess) async throws {
        guard process.isAlive else { return }
        let service = process.service
        do {
            try await service.executor?.resume()
        } catch {
            guard service.handle.death != nil else { throw error }
        }
        planCalls(service)
        guard hasLocals, process.isAlive, let coordinator = service.coordinator else { return }
        await coordinator.takeUpLocals()
        try await settleLocals()
    }
}
