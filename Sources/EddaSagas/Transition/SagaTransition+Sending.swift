internal import EddaCore

extension SagaTransition {
    /// Reaches a step: sends its command for the first time, and records what would undo it if its reply never came.
    mutating func dispatch(_ index: Int, _ step: PlannedStep, _ elements: [StoredBytes]) throws(SagaError) {
        let prepared: PlannedStep.Prepared
        do {
            prepared = try step.prepare(currentState(), elements[...], program.schema)
        } catch {
            return park(.unreadable, at: index, "Step \(instance.steps[index].id) cannot be sent: \(error)")
        }
        switch step.word {
        case .sleep:
            return try pause(index, for: prepared.pause ?? .zero)
        case .awaitSignal:
            return try awaitSignal(index, step)
        case .child:
            let text = prepared.child ?? "\(instance.id)/\(instance.steps[index].id)"
            do {
                instance.steps[index].child = try SagaID(validating: text)
            } catch {
                return park(.childTaken, at: index, "Step \(instance.steps[index].id) cannot start a saga: \(error)")
            }
        default:
            break
        }
        try instance.steps[index].move(to: .dispatched)
        instance.steps[index].forward.command = prepared.command ?? .local(with: instance.keepSnapshot())
        instance.steps[index].undo.command = step.performUndo == nil ? prepared.undo : .local(with: nil)
        try send(index, .forward, isTry: true)
    }

    /// Sends a step's command or compensation, or does it in this process.
    ///
    /// - Parameter isTry: Whether it is a try of its own, or a repetition for lack of an answer.
    mutating func send(_ index: Int, _ direction: Direction, isTry: Bool) throws(SagaError) {
        let step = try plan(index)
        var exchange = instance.steps[index][direction]
        guard let command = exchange.command else { return }
        let id = instance.steps[index].id
        if direction == .undo, step.perform != nil, step.performUndo == nil {
            if isUnattended, exchange.sends == 0 { return leaveUndoToTimer(index) }
            let calls = openCalls(index)
            if !calls.isEmpty { return putOffUndo(index, calls) }
        }
        if isHot(exchange) { return parkHot(index, direction) }
        // What was put off so far has not been tried.
        let isTry = isTry || exchange.attempts == 0
        let wasWithdrawn = exchange.isBeingWithdrawn
        if isToBeWithdrawn(exchange, direction, step) { exchange.isBeingWithdrawn = true }
        let isLocal = step.perform(direction) != nil
        let isPutOff = isLocal && isUnattended
        if !isPutOff { exchange.sends += 1 }
        if isTry {
            if !exchange.isBeingWithdrawn { exchange.attempts += 1 }
            exchange.resends = 0
        } else {
            exchange.resends += 1
        }
        // All the tries of a step share its patience; those of a compensation have a budget, and each its own.
        if exchange.firstSentAt == nil || direction == .undo && isTry {
            exchange.deadline = patience(step, direction).map(now.advanced)
        } else if exchange.isOnHold, !isTry {
            exchange.hold(until: now)
        }
        if isTry { exchange.isOnHold = isLocal }
        if !isPutOff { exchange.firstSentAt = exchange.firstSentAt ?? now }
        exchange.sentAt = now
        let entropy = entropy(id, "\(direction.rawValue)-silence", exchange.sends)
        exchange.due = now.advanced(by: policies.silence(afterSending: exchange.resends + 1, entropy: entropy))
        if isPutOff { exchange.due = now }
        // The end of a child comes in the commit that ends it, so there is no silence to be broken.
        let isChild = direction == .forward && step.word == .child
        if isChild { exchange.due = nil }
        if policies.defect == .newKeyForEachSending, exchange.sends > 1 { exchange.round += 1 }
        instance.steps[index][direction] = exchange
        if exchange.isBeingWithdrawn, !wasWithdrawn {
            record(StepWithdrawalSent(step: id, reason: instance.turningBack ?? "the saga turns back"))
        } else if isTry || exchange.sends > 1 {
            recordSending(index, direction, command, isTry: isTry && !wasWithdrawn, step)
        }
        guard !isPutOff else { return }

        let key = SagaKey(saga: instance.id, step: id, direction: direction, round: exchange.round)
        if isLocal {
            let reply = direction == .undo ? instance.steps[index].reply : nil
            let call = LocalCall(
                name: instance.name,
                key: key,
                number: exchange.sends,
                state: instance.snapshot(for: command),
                elements: elements(of: index, step),
                reply: reply
            )
            want(.perform(call))
        } else if isChild, let name = step.child, let child = instance.steps[index].child {
            want(.startChild(ChildStart(child: child, name: name, state: command.data, parent: key, isAgain: !isTry)))
        } else {
            want(.send(dispatch(index, direction, command, key)))
        }
    }

    /// The calls of a step in this process that a command would undo: one that has not come back may still have its
    /// effect, and no participant could keep that out.
    ///
    /// One that waits may begin before this transition is committed.
    ///
    /// A compensation in this process is handed over at once: it is not begun before the call of its step has ended.
    private func openCalls(_ index: Int) -> [(key: SagaKey, standing: LocalStanding)] {
        let record = instance.steps[index]
        return (1...record.forward.round).compactMap { round in
            let key = SagaKey(saga: instance.id, step: record.id, direction: .forward, round: round)
            guard let standing = callStanding(key), standing != .noRoom else { return nil }
            return (key, standing)
        }
    }

    /// Leaves it to the process that minds the timers to send a compensation: only that one knows whether the call has
    /// come back.
    private mutating func leaveUndoToTimer(_ index: Int) {
        instance.steps[index].undo.due = now
        if instance.steps[index].undo.deadline == nil {
            instance.steps[index].undo.deadline = now.advanced(by: policies.undoPatience)
        }
    }

    /// Looks again after a pause whether the calls of a step have come back; for so long at most as for the answer to a
    /// compensation.
    ///
    /// What has not begun is not to begin.
    private mutating func putOffUndo(_ index: Int, _ calls: [(key: SagaKey, standing: LocalStanding)]) {
        for call in calls where call.standing == .waiting || call.standing == .behind { want(.abandon(call.key)) }
        var exchange = instance.steps[index].undo
        exchange.resends += 1
        let entropy = entropy(instance.steps[index].id, "call", exchange.resends)
        exchange.due = now.advanced(by: policies.silence(afterSending: exchange.resends, entropy: entropy))
        exchange.deadline = exchange.deadline ?? now.advanced(by: policies.undoPatience)
        instance.steps[index].undo = exchange
        instance.steps[index].lastError = "its compensation waits for its call in this process to come back"
    }

    /// Asks for the child of a step that was started before.
    mutating func askChild(_ index: Int) throws(SagaError) {
        let step = instance.steps[index]
        guard let child = step.child, let name = try plan(index).child, let command = step.forward.command else {
            return
        }
        let key = SagaKey(saga: instance.id, step: step.id, direction: .forward, round: step.forward.round)
        want(.startChild(ChildStart(child: child, name: name, state: command.data, parent: key, isAgain: true)))
    }

    private func dispatch(
        _ index: Int,
        _ direction: Direction,
        _ command: OutgoingCommand,
        _ key: SagaKey
    ) -> SagaDispatch {
        let step = instance.steps[index]
        let undone: SagaKey? =
            direction == .undo && namesUndone(index) && policies.defect != .undoNamesNothing
            ? SagaKey(saga: instance.id, step: step.id, direction: .forward, round: step.forward.round)
            : nil
        // The participant can tell what became of the undone command only as long as its inbox goes back to it.
        let firstSentAt = undone == nil ? step[direction].firstSentAt : step.forward.firstSentAt
        return SagaDispatch(
            command: command,
            key: key,
            compensates: undone,
            isWithdrawal: step[direction].isBeingWithdrawn,
            firstSent: (firstSentAt ?? now).wall
        )
    }

    private mutating func recordSending(
        _ index: Int,
        _ direction: Direction,
        _ command: OutgoingCommand,
        isTry: Bool,
        _ step: PlannedStep
    ) {
        let id = instance.steps[index].id
        let exchange = instance.steps[index][direction]
        switch (direction, isTry) {
        case (.forward, _) where step.word == .child:
            guard let child = instance.steps[index].child, let name = step.child else { return }
            record(ChildStarted(step: id, attempt: exchange.attempts, child: child, name: name))
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
    }

    /// Whether a command is sent again and again without time passing.
    private func isHot(_ exchange: Exchange) -> Bool {
        let sends = exchange.sends - exchange.pacedFrom
        guard sends >= policies.hotLoopSends, let since = exchange.pacedSince ?? exchange.firstSentAt else {
            return false
        }
        return now.elapsed(since: since) < .milliseconds(10) * sends
    }

    private mutating func parkHot(_ index: Int, _ direction: Direction) {
        let exchange = instance.steps[index][direction]
        instance.steps[index][direction].stopWaiting()
        let time = now.elapsed(since: exchange.pacedSince ?? exchange.firstSentAt ?? now).inWords
        park(
            .hotLoop,
            at: index,
            "The \(direction == .forward ? "command" : "compensation") of step \(instance.steps[index].id) was sent "
                + "\(exchange.sends - exchange.pacedFrom) times within \(time). Its retry policy needs pauses."
        )
    }

    /// Whether a compensation names the command that it undoes.
    ///
    /// Its participant then decides by what its inbox has of that command: it keeps out one that has not come, and
    /// waits for one that is under way. That is needed wherever the outcome is unknown. A participant that has said
    /// itself that it succeeded has it in its inbox, and a copy that still comes is answered from there or, later, is
    /// expired. So when the inbox no longer goes back to that command as long as the compensation may be repeated,
    /// since the saga has waited for a signal in between, say, the compensation goes as a command of its own, with a
    /// time of its own: it is executed once.
    ///
    /// All copies of a compensation are alike in this.
    func namesUndone(_ index: Int) -> Bool {
        let step = instance.steps[index]
        guard step.undo.command?.destination == step.forward.command?.destination else { return false }
        // Without the id of a reply it was an operator who has said so.
        guard step.forward.outcome == CommandOutcome.succeeded([]).kind, step.forward.lastReplyID != nil,
            let limit = policies.undoneRemembered, let firstSent = step.forward.firstSentAt
        else { return true }
        return (step.undo.firstSentAt ?? now).wall.since(firstSent.wall) < limit
    }

    /// How long to wait for the answer to a command; `nil` means without end.
    func patience(_ step: PlannedStep, _ direction: Direction) -> Duration? {
        direction == .forward ? step.timeout : policies.undoPatience
    }

    /// The pause before another try; `nil` when the policy allows none.
    func pause(_ policy: RetryPolicy, _ id: StepID, _ direction: Direction, after exchange: Exchange) -> Duration? {
        policy.pause(
            afterAttempt: exchange.spent,
            entropy: entropy(id, "\(direction.rawValue)-retry", exchange.failures)
        )
    }

    func entropy(_ step: StepID, _ purpose: String, _ count: Int) -> UInt64 {
        var hash = Fingerprint()
        hash.add(instance.id.rawValue)
        hash.add(step.rawValue)
        hash.add(purpose)
        hash.add(String(count))
        return hash.entropy
    }
}
