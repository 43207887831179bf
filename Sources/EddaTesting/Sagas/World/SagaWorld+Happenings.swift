internal import EddaCore
internal import EddaMessaging
internal import EddaSagas

extension SagaWorld {
    /// Begins the run.
    func begin() async throws {
        try await script.prepare(stores)
        plan(.start, at: now)
    }

    func start() async throws {
        guard let coordinator = owner.coordinator else { return }
        story.tell(now, "\(owner.address)", "starts \(S.name)")
        let (script, id) = (script, SagaScript<S>.id)
        do {
            try await coordinator.start(S.self, id: id, state: script.state)
        } catch {
            guard owner.handle.death != nil else { throw error }
        }
        try await tellTransitions()
        if try await mourn(owner) { plan(.start, at: owner.upAt) }
        try await publish(owner)
        planLocals()
    }

    /// Handles the timer that is due.
    func wake() async throws {
        guard let coordinator = owner.coordinator else { return }
        story.tell(now, "\(owner.address)", "handles a timer")
        do {
            if case .failed(let error) = try await coordinator.handleDueTimers(), owner.handle.death == nil {
                throw error
            }
        } catch {
            guard owner.handle.death != nil else { throw error }
        }
        try await tellTransitions()
        _ = try await mourn(owner)
        try await publish(owner)
        planLocals()
    }

    // MARK: Signals

    /// Gives the signals for which a step has begun to wait.
    func planSignals(_ instance: SagaInstance) {
        for signal in script.options.signals {
            for step in instance.steps where SagaStanding.template(step.id) == signal.step {
                guard step.status == .dispatched, signalled.insert(step.id).inserted else { continue }
                var arrivals = [now + Self.millisecond]
                for effect in fates.at(.sending(.signal, key: step.id.rawValue), 1) {
                    switch effect {
                    // Somebody gives it at last, perhaps too late.
                    case .loss: arrivals = [now + 86_400_000 * Self.millisecond]
                    case .delay(let time): arrivals = arrivals.map { $0 + Int64(time) * Self.millisecond }
                    case .copy(let time): arrivals.append(arrivals[0] + Int64(time) * Self.millisecond)
                    default: break
                    }
                }
                for arrival in arrivals { plan(.signal(signal, step.id), at: arrival) }
            }
        }
    }

    func give(_ signal: SagaTestSignal, to step: StepID) async throws {
        guard owner.upAt <= now else { return plan(.signal(signal, step), at: owner.upAt) }
        guard let coordinator = owner.coordinator else { return }
        let value = SagaSignal(step: step, data: try signal.data(owner.base.schema), key: "signal-\(step)")
        do {
            let outcome = try await coordinator.signal(SagaScript<S>.id, value)
            if outcome == .kept { kept.insert(step) }
            // It is not given once more when the step begins to wait.
            if outcome == .kept || outcome == .taken { signalled.insert(step) }
            story.tell(now, "somebody", "gives the signal \(step), which is \(outcome.rawValue)")
        } catch {
            guard owner.handle.death != nil else { throw error }
        }
        try await tellTransitions()
        if try await mourn(owner) { plan(.signal(signal, step), at: owner.upAt) }
        try await publish(owner)
        planLocals()
    }

    // MARK: Messages

    func arrive(_ flight: Flight) async throws {
        let message = flight.message
        let service = try await receiver(of: flight)
        guard service.upAt <= now else { return plan(.arrival(flight), at: service.upAt) }
        let fate: Settlement.Fate?
        switch flight.courier {
        case .command:
            try await forget(service)
            journal.expect(message)
            let before = journal.entries.count
            fate = await service.executor?.execute(message)
            let problem = journal.takeProblem()
            let isExecuted = journal.entries.count > before
            story.tell(
                now,
                "\(service.address)",
                "receives command \(flight.number) of \(flight.key) and "
                    + (isExecuted ? "executes it" : problem ?? "has no work to do")
            )
        case .signal: return
        case .reply:
            let what = Self.words(message)
            story.tell(now, "\(service.address)", "receives reply \(flight.number) of \(flight.key): \(what)")
            fate = await service.coordinator?.settle([Delivery(token: 1, message: message)]).first?.fate
            try await tellTransitions()
        }
        if try await mourn(service) {
            // Nobody has acknowledged it, so it comes again.
            plan(.arrival(flight), at: max(service.upAt, now) + Self.millisecond)
        } else {
            switch fate {
            case .acknowledged: break
            case .handedBack(let reason):
                story.tell(now, "\(service.address)", "hands it back: \(reason)")
                plan(.arrival(flight), at: now + 1_000 * Self.millisecond)
            case .refused(let reason): refused.append("\(flight.courier.rawValue) of \(flight.key): \(reason)")
            case nil: refused.append("\(flight.courier.rawValue) of \(flight.key): nobody takes it")
            }
        }
        try await publish(service)
        planCalls(service)
        if flight.courier == .reply { planLocals() }
    }

    /// Lets an inbox forget what is older than its window.
    private func forget(_ service: SagaService) async throws {
        guard now > SagaService.window.wholeNanoseconds else { return }
        let before = time.now().wall + (.zero - SagaService.window)
        _ = try await service.base.write { try $0.forgetInbox(before: before, limit: .max) }
    }

    /// The service to which a message goes; a compensation for which the test has no fake is done all the same.
    private func receiver(of flight: Flight) async throws -> SagaService {
        let message = flight.message
        if let service = service(at: message.destination) {
            let isKnown =
                flight.courier == .reply || service.participant?.commandTypes.contains(message.type) ?? false
            if isKnown { return service }
        }
        guard SagaKey(message.idempotencyKey)?.direction == .undo else {
            throw TestFailure(
                "The saga sends \(message.type) to \(message.destination), and the test has no participant that takes it. "
                    + "Add a Fake of the command to `participants`."
            )
        }
        let nothing = Participant(named: message.destination)
        let participant = service(at: message.destination)?.participant ?? nothing
        let service = try await employ(participant.accepting(message.type, replying: Array("{}".utf8)))
        return service
    }

    /// Sends what a service has put into its outbox.
    func publish(_ service: SagaService) async throws {
        guard service.upAt <= now else { return plan(.publication(service), at: service.upAt) }
        let published = service.published
        let rows = try await service.base.read { try $0.outbox(after: published, limit: .max) }
        guard let last = rows.last else { return }
        service.published = last.sequence
        var done: [Int64] = []
        for row in rows {
            if let delay = send(row.message, from: service) {
                plan(.mark(service, row.sequence), at: now + Int64(delay) * Self.millisecond)
            } else {
                done.append(row.sequence)
            }
        }
        if !done.isEmpty {
            let sequences = done
            try await service.base.write { try $0.removeFromOutbox(sequences) }
        }
    }

    /// Sends a message.
    ///
    /// - Returns: How many milliseconds later that is noted, if it is not at once.
    private func send(_ message: Message, from service: SagaService) -> Int? {
        if message.destination == Self.alerts {
            alerts += 1
            return nil
        }
        let courier: SagaFault.Courier = message.type == ReplyMessage.type ? .reply : .command
        let key = script.names.short(message.idempotencyKey)
        let place = SagaFault.Place.sending(courier, key: key)
        let number = sendings[place, default: 0] + 1
        sendings[place] = number
        if courier == .command {
            if let key = SagaKey(message.idempotencyKey) { dispatched[key] = message.destination }
        }
        let flight = Flight(message: message, courier: courier, key: key, number: number)
        var arrivals: [Int64] = [Self.millisecond]
        var mark: Int?
        var notes: [String] = []
        for effect in fates.at(place, number) {
            switch effect {
            case .loss: arrivals = []
            case .delay(let time):
                arrivals = arrivals.map { $0 + Int64(time) * Self.millisecond }
                notes.append("it takes \(time) ms longer")
            case .copy(let time):
                if let first = arrivals.first { arrivals.append(first + Int64(time) * Self.millisecond) }
                notes.append("and once more after \(time) ms")
            case .lateMark(let time):
                mark = time
                notes.append("and notes only \(time) ms later that it was sent")
            default: break
            }
        }
        if arrivals.isEmpty { notes = ["it is lost"] }
        let what = courier == .command ? Self.address(message) : Self.words(message)
        story.tell(
            now,
            "\(service.address)",
            "sends \(courier.rawValue) \(number) of \(key) (\(what))" + notes.map { "; \($0)" }.joined()
        )
        for arrival in arrivals { plan(.arrival(flight), at: now + arrival) }
        return mark
    }

    private static func address(_ command: Message) -> String {
        "\(command.isWithdrawal ? "a withdrawal of " : "")\(command.type) to \(command.destination)"
    }

    private static func words(_ reply: Message) -> String {
        let data = String(validating: reply.data, as: UTF8.self) ?? "\(reply.data.count) bytes"
        return "\(reply.outcome ?? "no outcome") \(data)"
    }

    // MARK: Death

    /// Starts a new process when the one of a service has died.
    ///
    /// - Returns: Whether it had died.
    func mourn(_ service: SagaService) async throws -> Bool {
        guard let death = service.handle.death else { return false }
        service.upAt = now + Int64(death.pause) * Self.millisecond
        story.tell(
            now,
            "\(service.address)",
            "dies \(death.isAfterCommit ? "after" : "before") commit \(death.commit)"
                + (death.pause == 0 ? " and starts again" : " and is gone for \(death.pause) ms")
        )
        if let reopened = try await factory.reopen(service.base) { service.base = reopened }
        try service.boot()
        if service === owner { deeds = [] }
        if service.participant != nil || service === owner && hasLocals {
            plan(.resumption(SagaProcess(service)), at: max(now, service.upAt))
        }
        return true
    }
}
