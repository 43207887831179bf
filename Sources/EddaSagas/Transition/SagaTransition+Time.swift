internal import EddaCore

extension SagaTransition {
    /// The timer has come due: send again, try again, go on, or stop waiting.
    mutating func wake() throws(SagaError) {
        for index in instance.steps.indices {
            guard instance.status == .running || instance.status == .compensating else { return }
            if instance.steps[index].isUnderWay { try wake(index) }
        }
        mindDeadline()
    }

    private mutating func wake(_ index: Int) throws(SagaError) {
        let step = try plan(index)
        let direction: Direction = instance.steps[index].status.isOfUndo ? .undo : .forward
        let isHere = try putOff(index, step, direction)
        let exchange = instance.steps[index][direction]
        let isReached = exchange.deadline?.isReached(at: now) ?? false
        let isTimedOut = isReached && !exchange.isOnHold
        let isDue = exchange.due?.isReached(at: now) ?? false
        let isRepeated = !isHere && (isDue || isReached || isAlmostDue(exchange))
        switch (step.word, direction) {
        case (.sleep, .forward):
            if isDue { try succeed(index, []) }
            return
        case (.awaitSignal, .forward):
            if isTimedOut, !wasAbsent(index, step) { try signalTimeOut(index, step) }
            return
        case (.child, .forward):
            if isTimedOut, !wasAbsent(index, step) { childTimeOut(index) }
            if isDue {
                instance.steps[index].forward.due = nil
                if instance.turningBack != nil { wantCancelled(index) }
            }
            return
        default:
            break
        }
        switch instance.steps[index].status {
        case _ where isTimedOut && wasAway(from: exchange):
            try askAfterAbsence(index, step, direction)
        case .dispatched where isTimedOut, .unknown where isTimedOut:
            try timeOut(index)
        case .failed where isTimedOut, .failed where isDue && instance.turningBack != nil:
            try giveUp(index, isFinal: false)
        case .failed where isDue:
            try instance.steps[index].move(to: .dispatched)
            try send(index, .forward, isTry: true)
        case .undoDispatched where isTimedOut:
            undoTimeOut(index)
        case .undoFailed where isDue:
            try instance.steps[index].move(to: .undoDispatched)
            try send(index, .undo, isTry: true)
        case .dispatched where isRepeated, .unknown where isRepeated, .undoDispatched where isRepeated:
            try send(index, direction, isTry: false)
            if direction == .forward { try struggle(index) }
        default:
            break
        }
    }

    /// Makes the calls again that were made in a process which is gone.
    mutating func takeUpCalls() throws(SagaError) {
        for index in instance.steps.indices {
            guard instance.status == .running || instance.status == .compensating else { return }
            guard let key = try openCall(index), callStanding(key) == nil else { continue }
            instance.steps[index][key.direction].due = now
            try wake(index)
        }
    }

    /// The call in a process whose result a step waits for.
    func openCall(_ index: Int) throws(SagaError) -> SagaKey? {
        let step = instance.steps[index]
        guard step.status == .dispatched || step.status == .undoDispatched else { return nil }
        let (plan, direction) = (try plan(index), step.status.isOfUndo ? Direction.undo : .forward)
        guard plan.perform(direction) != nil else { return nil }
        return SagaKey(saga: instance.id, step: step.id, direction: direction, round: step[direction].round)
    }

    /// Leaves alone what waits in this process to be done, or is being done: it needs no repetition, and the time that
    /// it waits here does not count.
    ///
    /// - Returns: Whether it is here.
    private mutating func putOff(_ index: Int, _ step: PlannedStep, _ direction: Direction) throws(SagaError) -> Bool {
        guard let key = try openCall(index), let standing = callStanding(key) else { return false }
        let id = instance.steps[index].id
        var exchange = instance.steps[index][direction]
        switch standing {
        case .waiting, .noRoom:
            exchange.hold(until: now)
        case .running(let since):
            exchange.hold(until: since)
            exchange.isOnHold = false
        case .behind, .brokenOff:
            instance.steps[index][direction].isOnHold = false
            return false
        }
        let entropy = entropy(id, "\(direction.rawValue)-silence", exchange.sends + exchange.resends)
        let pause = policies.silence(afterSending: exchange.resends + 2, entropy: entropy)
        if let due = exchange.due, due.remaining(from: now) <= pause / 4 {
            exchange.resends += 1
            exchange.due = now.advanced(by: pause)
        }
        instance.steps[index][direction] = exchange
        if direction == .forward { try struggle(index) }
        return true
    }

    /// Whether a command is to be repeated so soon that it is worth no wake of its own.
    ///
    /// Every wake of a saga with a thousand elements under way reads and writes all of them.
    private func isAlmostDue(_ exchange: Exchange) -> Bool {
        guard let due = exchange.due, let sentAt = exchange.sentAt else { return false }
        return due.remaining(from: now) * 10 <= due.remaining(from: sentAt)
    }

    /// Whether the coordinator was away when it should have sent again or stopped waiting.
    private func wasAway(from exchange: Exchange) -> Bool {
        [exchange.due, exchange.deadline].contains { moment in
            moment.map { $0.remaining(from: now) < .zero - policies.oversleep } ?? false
        }
    }

    /// Whether nobody looked when the time of a wait ran out; then it is given that time once more.
    ///
    /// What ends the wait may have come meanwhile, and lie in an inbox or an outbox.
    private mutating func wasAbsent(_ index: Int, _ step: PlannedStep) -> Bool {
        guard let deadline = instance.steps[index].forward.deadline,
            deadline.remaining(from: now) < .zero - policies.oversleep
        else { return false }
        instance.steps[index].forward.deadline = step.timeout.map(now.advanced)
        return true
    }

    /// Waits once more: nobody listened while the time to wait ran out, so the silence proves nothing.
    ///
    /// The answer may lie in the participant's outbox.
    private mutating func askAfterAbsence(
        _ index: Int,
        _ step: PlannedStep,
        _ direction: Direction
    ) throws(SagaError) {
        let isTry = instance.steps[index].status == .failed
        if isTry { try instance.steps[index].move(to: .dispatched) }
        try send(index, direction, isTry: isTry)
        instance.steps[index][direction].deadline = patience(step, direction).map(now.advanced)
    }

    /// The child has taken too long: the saga turns back, and waits for the child to do so, too.
    private mutating func childTimeOut(_ index: Int) {
        let exchange = instance.steps[index].forward
        let waited = now.elapsed(since: exchange.firstSentAt ?? now).inWords
        let reason = "its saga has not ended within \(waited)"
        instance.steps[index].forward.deadline = nil
        instance.steps[index].lastError = reason
        turnBack("Step \(instance.steps[index].id) has taken too long: \(reason)", at: instance.steps[index].id)
    }

    /// Tells once that a step which cannot be undone does not succeed.
    mutating func struggle(_ index: Int) throws(SagaError) {
        let step = instance.steps[index]
        guard !step.isStruggling, instance.status == .running, try plan(index).phase == .retriable else { return }
        let time = now.elapsed(since: step.forward.firstSentAt ?? now)
        guard step.forward.failures >= policies.strugglingFailures || time >= policies.strugglingTime else { return }
        instance.steps[index].isStruggling = true
        let last = step.lastError.map { ", last: \($0)" } ?? ""
        record(
            StepStruggles(
                step: step.id,
                reason:
                    "Step \(step.id) has not succeeded within \(time.inWords), \(step.forward.sends) sent commands and "
                    + "\(step.forward.failures) failures\(last). It is tried on."
            )
        )
    }

    // MARK: The deadline of the saga

    private mutating func mindDeadline() {
        guard instance.isOverdue(at: now), instance.status == .running || instance.status == .compensating else {
            return
        }
        let time = program.deadline?.inWords ?? "its time"
        if instance.status == .running, instance.turningBack == nil, !isPivotBehind {
            let step = instance.currentStep ?? program.steps[0].id
            turnBack("It has not ended within its deadline of \(time).", at: step)
            // The way back may take as long again.
            instance.deadline = program.deadline.map(now.advanced)
        } else {
            beOverdue()
        }
    }

    mutating func beOverdue() {
        guard instance.isOverdue(at: now) else { return }
        instance.overdueSince = now.wall
        let time = now.elapsed(since: instance.startedAt).inWords
        let deadline = program.deadline.map { " of \($0.inWords)" } ?? ""
        let reason = "It has not ended within its deadline\(deadline), after \(time), and goes on."
        record(SagaOverdue(step: instance.currentStep, reason: reason))
    }

    /// Whether the pivot has succeeded, so that the saga only goes forward.
    var isPivotBehind: Bool {
        guard let pivot = program.steps.first(where: { $0.phase == .pivot }) else { return false }
        return instance.steps.contains { $0.id == pivot.id && $0.status == .succeeded }
    }

    // MARK: The timer

    /// Sets the timer to when the saga next wants to be woken.
    ///
    /// - Parameter always: Also when that has not changed, since the timer has just come due.
    mutating func settleWake(always: Bool) {
        var moments: [Moment] = []
        if instance.status == .running || instance.status == .compensating {
            for step in instance.steps where step.isUnderWay {
                let exchange = step.status.isOfUndo ? step.undo : step.forward
                moments += [exchange.due, exchange.deadline].compactMap { $0 }
            }
            if instance.overdueSince == nil, let deadline = instance.deadline { moments.append(deadline) }
            if !mayEnd, !instance.steps.contains(where: \.isUnderWay) { moments.append(now) }
        }
        let next = moments.min { $0.remaining(from: now) < $1.remaining(from: now) }
        if always, policies.defect == .timerNotSetAgain { return want(.cancelWake) }
        guard always || next != instance.wakeAt else { return }
        instance.wakeAt = next
        want(next.map { .wake(at: $0) } ?? .cancelWake)
    }
}
