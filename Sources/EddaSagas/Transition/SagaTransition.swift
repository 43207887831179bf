package import EddaCore

extension SagaInstance {
    /// Moves the saga on by one input.
    ///
    /// A pure function of the instance, the input, the moment and the program: no I/O, no clock, no randomness. The
    /// effects belong into the commit that keeps the new instance.
    ///
    /// - Parameters:
    ///   - input: What has happened.
    ///   - now: The present moment.
    ///   - program: The saga's plan; its fingerprint is the instance's.
    ///   - policies: How patient to be.
    ///   - refusal: Why the saga must not end, although its steps are done: its owner has refused. It parks instead.
    /// - Throws: ``SagaError`` with code `illegalTransition`, and for what an operator wants with the code of its refusal;
    ///   then the instance is as it was.
    package mutating func apply(
        _ input: SagaInput,
        at now: Moment,
        program: SagaProgram,
        policies: SagaPolicies,
        refusal: String? = nil
    ) throws(SagaError) -> [SagaEffect] {
        var transition = SagaTransition(
            instance: self,
            program: program,
            policies: policies,
            now: now,
            refusal: refusal
        )
        switch input {
        case .started: try transition.start()
        case .reply(let reply): try transition.take(reply)
        case .wake: try transition.wake()
        case .request(let request): try transition.take(request)
        }
        transition.settleWake(always: input == .wake)
        self = transition.instance
        return transition.effects
    }

    /// Stops the saga until an operator decides, for a reason that lies outside its plan.
    package mutating func stop(_ cause: Parking.Cause, reason: String, at now: Timestamp) -> [SagaEffect] {
        let step = currentStep
        let parked = park(cause, step: step, reason: reason, at: now)
        wakeAt = nil
        return [.record(parked), .cancelWake]
    }

    fileprivate mutating func park(
        _ cause: Parking.Cause,
        step: StepID?,
        reason: String,
        at now: Timestamp
    ) -> SagaParked {
        status = .parked
        parking = Parking(cause: cause, step: step)
        parkedSince = now
        self.reason = reason
        return SagaParked(step: step, cause: cause, reason: reason)
    }

    /// Sets a parked saga going again, in the direction in which it went.
    mutating func unpark() {
        guard status == .parked else { return }
        status = goesBack ? .compensating : .running
        parking = nil
        parkedSince = nil
        reason = turnedBackFor ?? turningBackNote
    }

    /// What a saga says that turns back as soon as it can; `nil` when nobody has asked for it.
    var turningBackNote: String? {
        guard let turningBack, let index = active?.index else { return nil }
        return "It turns back as soon as step \(steps[index].id) has an outcome: \(turningBack)"
    }
}

/// One transition under way.
struct SagaTransition {
    var instance: SagaInstance
    let program: SagaProgram
    let policies: SagaPolicies
    let now: Moment
    let refusal: String?
    private(set) var effects: [SagaEffect] = []

    init(instance: SagaInstance, program: SagaProgram, policies: SagaPolicies, now: Moment, refusal: String?) {
        self.instance = instance
        self.program = program
        self.policies = policies
        self.now = now
        self.refusal = refusal
    }

    mutating func start() throws(SagaError) {
        record(SagaStarted(name: instance.name, planVersion: instance.planVersion, steps: program.steps.map(\.id)))
        try dispatch(0)
    }

    /// The timer has come due: send again, try again, or stop waiting.
    mutating func wake() throws(SagaError) {
        guard let (index, direction) = instance.active else { return }
        let exchange = instance.steps[index][direction]
        let isTimedOut = exchange.deadline?.isReached(at: now) ?? false
        let isDue = exchange.due?.isReached(at: now) ?? false
        switch instance.steps[index].status {
        case _ where isTimedOut && wasAway(from: exchange):
            try askAfterAbsence(index, direction)
        case .dispatched where isTimedOut, .unknown where isTimedOut:
            try timeOut(index)
        case .failed where isTimedOut:
            try giveUp(index, isFinal: false)
        case .failed where isDue:
            try instance.steps[index].move(to: .dispatched)
            send(index, .forward, isTry: true)
        case .undoDispatched where isTimedOut:
            undoTimeOut(index)
        case .undoFailed where isDue:
            try instance.steps[index].move(to: .undoDispatched)
            send(index, .undo, isTry: true)
        case .dispatched where isDue, .unknown where isDue, .undoDispatched where isDue:
            send(index, direction, isTry: false)
        default:
            break
        }
    }

    /// Whether the coordinator was away when it should have sent again or stopped waiting.
    private func wasAway(from exchange: Exchange) -> Bool {
        [exchange.due, exchange.deadline].contains { moment in
            moment.map { $0.remaining(from: now) < .zero - policies.oversleep } ?? false
        }
    }

    /// Waits once more: nobody listened while the time to wait ran out, so the silence proves nothing.
    ///
    /// The answer may lie in the participant's outbox.
    private mutating func askAfterAbsence(_ index: Int, _ direction: Direction) throws(SagaError) {
        let isTry = instance.steps[index].status == .failed
        if isTry { try instance.steps[index].move(to: .dispatched) }
        send(index, direction, isTry: isTry)
        instance.steps[index][direction].deadline = patience(index, direction).map(now.advanced)
    }

    /// How long to wait for the answer to a command; `nil` means without end.
    func patience(_ index: Int, _ direction: Direction) -> Duration? {
        direction == .forward ? program.steps[index].timeout : policies.undoPatience
    }

    /// Sets the timer to when the saga next wants to be woken.
    ///
    /// - Parameter always: Also when that has not changed, since the timer has just come due.
    mutating func settleWake(always: Bool) {
        var next: Moment?
        if let (index, direction) = instance.active {
            let exchange = instance.steps[index][direction]
            next = [exchange.due, exchange.deadline].compactMap { $0 }
                .min { $0.remaining(from: now) < $1.remaining(from: now) }
        }
        guard always || next != instance.wakeAt else { return }
        instance.wakeAt = next
        effects.append(next.map { .wake(at: $0) } ?? .cancelWake)
    }

    // MARK: Sending

    /// Sends a step's command or compensation.
    ///
    /// - Parameter isTry: Whether it is a try of its own, or a repetition for lack of an answer.
    mutating func send(_ index: Int, _ direction: Direction, isTry: Bool) {
        var exchange = instance.steps[index][direction]
        guard let command = exchange.command else { return }
        let id = instance.steps[index].id
        exchange.sends += 1
        if isTry {
            exchange.attempts += 1
            exchange.resends = 0
        } else {
            exchange.resends += 1
        }
        // All the tries of a step share its patience; those of a compensation have a budget, and each its own.
        if exchange.firstSentAt == nil || direction == .undo && isTry {
            exchange.deadline = patience(index, direction).map(now.advanced)
        }
        exchange.firstSentAt = exchange.firstSentAt ?? now
        exchange.sentAt = now
        let entropy = entropy(id, "\(direction.rawValue)-silence", exchange.sends)
        exchange.due = now.advanced(by: policies.silence(afterSending: exchange.resends + 1, entropy: entropy))
        instance.steps[index][direction] = exchange

        switch (direction, isTry) {
        case (.forward, true):
            record(
                StepDispatched(
                    step: id,
                    attempt: exchange.attempts,
                    command: command.type,
                    destination: command.destination
                )
            )
        case (.undo, true):
            record(
                StepUndoDispatched(
                    step: id,
                    attempt: exchange.attempts,
                    command: command.type,
                    destination: command.destination
                )
            )
        case (_, false):
            record(StepResent(step: id, direction: direction, sends: exchange.sends))
        }
        let undone: SagaKey? =
            direction == .undo && undoesAtSamePlace(index)
            ? SagaKey(saga: instance.id, step: id, direction: .forward, round: instance.steps[index].forward.round)
            : nil
        // The participant can tell what became of the undone command only as long as its inbox goes back to it.
        let firstSentAt = undone == nil ? exchange.firstSentAt : instance.steps[index].forward.firstSentAt
        effects.append(
            .send(
                SagaDispatch(
                    command: command,
                    key: SagaKey(saga: instance.id, step: id, direction: direction, round: exchange.round),
                    compensates: undone,
                    firstSent: (firstSentAt ?? now).wall
                )
            )
        )
    }

    func undoesAtSamePlace(_ index: Int) -> Bool {
        let step = instance.steps[index]
        return step.undo.command?.destination == step.forward.command?.destination
    }

    /// The pause before another try; `nil` when the policy allows none.
    func pause(_ policy: RetryPolicy, _ id: StepID, _ direction: Direction, after exchange: Exchange) -> Duration? {
        policy.pause(
            afterAttempt: exchange.spent,
            entropy: entropy(id, "\(direction.rawValue)-retry", exchange.failures)
        )
    }

    private func entropy(_ step: StepID, _ purpose: String, _ count: Int) -> UInt64 {
        var hash = Fingerprint()
        hash.add(instance.id.rawValue)
        hash.add(step.rawValue)
        hash.add(purpose)
        hash.add(String(count))
        return hash.entropy
    }

    // MARK: Ends

    mutating func finish(_ status: SagaRecord.Status) {
        if let refusal {
            park(
                .endingRefused,
                at: nil,
                "The steps are \(status == .completed ? "done" : "undone"), but the saga could not end: \(refusal)"
            )
            return
        }
        instance.status = status
        let duration = now.elapsed(since: instance.startedAt)
        if status == .completed {
            instance.reason = nil
            record(SagaCompleted(milliseconds: duration.wholeMilliseconds))
        } else {
            record(SagaCompensated(reason: instance.reason, milliseconds: duration.wholeMilliseconds))
        }
        effects.append(.ended)
    }

    mutating func park(_ cause: Parking.Cause, at index: Int?, _ reason: String) {
        let step = index.map { instance.steps[$0].id }
        record(instance.park(cause, step: step, reason: reason, at: now.wall))
    }

    mutating func record(_ event: any Event) { effects.append(.record(event)) }
}

extension Duration {
    var wholeMilliseconds: Int64 { wholeMicroseconds / 1_000 }
}
