internal import EddaCore
internal import EddaSagas

/// How one saga stands when nothing moves any more, and what Edda promises about it.
struct SagaStanding {
    let timeline: SagaTimeline
    let plan: PlanDescription
    let parkedFor: Parking.Cause?
    /// What was executed for it, in order.
    let deeds: [SagaJournal.Entry]
    /// Where its commands went, by their keys.
    let destinations: [SagaKey: Address]

    /// Whether another saga is parked.
    let isAnotherParked: Bool

    private var id: SagaID { timeline.id }
    private var history: [SagaTimeline.Entry] { timeline.entries }

    /// Checks all of it.
    func check() throws {
        try checkRest()
        try checkHistory()
        for step in timeline.steps { try check(step) }
        try checkPivot()
        try checkOrder()
    }

    /// G10: the saga is at rest, with a reason.
    private func checkRest() throws {
        let status = timeline.status
        // A saga waits for the one that it has started; that one has told somebody.
        if !status.isEnded, status != .parked, isAnotherParked { return }
        guard status.isEnded || status == .parked else {
            throw SagaViolation(
                "G10",
                "The saga \(id) is \(status.rawValue) at step \(timeline.step?.rawValue ?? "none"), and nothing will move "
                    + "it: no message is on its way and no timer is set."
            )
        }
        guard status == .parked else { return }
        guard let reason = timeline.reason, !reason.isEmpty else {
            throw SagaViolation("G10", "The saga \(id) is parked without a reason.")
        }
        if parkedFor == .expired, let step = timeline.step,
            timeline.steps.first(where: { $0.id == step })?.status != .unknown
        {
            throw SagaViolation("G11", "Nobody knows how step \(step) ended, and it counts as something else.")
        }
        if let parkedFor, [.broken, .unreadable, .planChanged].contains(parkedFor) {
            throw SagaViolation("G10", "The saga \(id) is parked since it is \(parkedFor.rawValue): \(reason)")
        }
    }

    /// What can happen once has happened once, and nothing has after the end.
    private func checkHistory() throws {
        let once = ["step.succeeded", "step.undone", "saga.completed", "saga.compensated", "saga.started"]
        var seen: Set<String> = []
        var hasEnded = false
        for entry in history {
            if hasEnded, entry.what != "reply.ignored", entry.what != "signal.ignored" {
                throw SagaViolation("G10", "The history goes on after the end, with \(entry.what).")
            }
            hasEnded = hasEnded || entry.what == "saga.completed" || entry.what == "saga.compensated"
            guard once.contains(entry.what) else { continue }
            let what = [entry.what, entry.step?.rawValue].compactMap { $0 }.joined(separator: " ")
            if !seen.insert(what).inserted { throw SagaViolation("G8", "The history has \(what) twice.") }
        }
    }

    /// G8 and G11: what was done and undone for a step fits how the saga stands.
    private func check(_ step: SagaTimeline.Step) throws {
        let planned = plan.steps.first { $0.id == Self.template(step.id) }
        let (done, undone) = (keys(of: step.id, .forward), keys(of: step.id, .undo))
        let what = "Step \(step.id) is \(step.status.rawValue): it was executed \(Self.times(done.count))"
        let both = "\(what) and undone \(Self.times(undone.count))"
        // A call to the outside may be repeated, always with the same key.
        let isOutside = planned?.word == .local
        if (isOutside ? Set(done).count : done.count) > 1 || (isOutside ? Set(undone).count : undone.count) > 1 {
            throw SagaViolation("G8", "\(both), and once is the most.")
        }
        let wasOpen = history.contains {
            $0.step == step.id && ($0.what == "step.succeeded" || $0.what == "step.unknown")
        }
        if !undone.isEmpty, !wasOpen {
            throw SagaViolation("G11", "\(both), although it neither succeeded nor was its outcome unknown.")
        }
        if !undone.isEmpty, isOutside || isUndoneWhereDone(step.id) {
            // What is done in the coordinator's process has no inbox that knows whether there is something to undo.
            if done.isEmpty, !isOutside { throw SagaViolation("G11", "\(both): there was nothing to undo.") }
            let last = deeds.lastIndex { Self.fits($0, step.id, .forward) }
            let first = deeds.firstIndex { Self.fits($0, step.id, .undo) }
            if let last, let first, last > first {
                throw SagaViolation("G11", "\(both), and undone before it was executed.")
            }
        }
        let isWork = planned?.word == .command || planned?.word == .local
        switch timeline.status {
        case .completed:
            if !undone.isEmpty { throw SagaViolation("G11", "\(both), and the saga is completed.") }
            if isWork, (step.status == .succeeded) != !done.isEmpty {
                throw SagaViolation("G8", "\(what), and the saga is completed.")
            }
        case .compensated:
            let isCovered = planned?.compensation != nil
            if isCovered || planned?.phase != .compensatable, undone.isEmpty, !done.isEmpty {
                throw SagaViolation("G11", "\(both), and the saga is compensated.")
            }
        default:
            break
        }
    }

    /// G11: after the pivot a saga only goes forward.
    private func checkPivot() throws {
        for pivot in plan.steps where pivot.phase == .pivot {
            let isDone = !keys(of: pivot.id, .forward).isEmpty
            if isDone, let undo = deeds.first(where: \.isCompensation) {
                throw SagaViolation(
                    "G11",
                    "The pivot \(pivot.id) was executed, and \(undo.key) undid a step: after the pivot a saga only goes forward."
                )
            }
            let hasSucceeded = history.contains { $0.what == "step.succeeded" && $0.step == pivot.id }
            if hasSucceeded, history.contains(where: { $0.what == "compensation.began" }) {
                throw SagaViolation(
                    "G11",
                    "The pivot \(pivot.id) has succeeded, and the saga turned back all the same."
                )
            }
        }
    }

    /// G11: what depends on a step is undone before it.
    private func checkOrder() throws {
        let undone = deeds.filter(\.isCompensation).compactMap { SagaKey($0.key)?.step }
        for (place, earlier) in undone.enumerated() {
            for later in undone.dropFirst(place + 1) where comes(earlier, before: later) {
                throw SagaViolation(
                    "G11",
                    "Step \(earlier) was undone before step \(later), which came after it: the order has to be the reverse."
                )
            }
        }
    }

    // MARK: Parts

    /// The keys under which a step was executed or undone.
    private func keys(of step: StepID, _ direction: Direction) -> [String] {
        deeds.filter { Self.fits($0, step, direction) }.map(\.key)
    }

    private static func fits(_ deed: SagaJournal.Entry, _ step: StepID, _ direction: Direction) -> Bool {
        guard let key = SagaKey(deed.key) else { return false }
        return key.step == step && key.direction == direction
    }

    /// Whether the compensation of a step goes to where the step went, so that its inbox knows what there is to undo.
    private func isUndoneWhereDone(_ step: StepID) -> Bool {
        func destination(_ direction: Direction) -> Address? {
            destinations.first { $0.key.step == step && $0.key.direction == direction }?.value
        }
        guard let forward = destination(.forward), let undo = destination(.undo) else { return false }
        return forward == undo
    }

    /// Whether the plan wants one step to be done before another.
    private func comes(_ first: StepID, before second: StepID) -> Bool {
        let (one, other) = (first.rawValue.drop { $0 != "[" }, second.rawValue.drop { $0 != "[" })
        // The elements of a loop may come in any order.
        guard one.hasPrefix(other) || other.hasPrefix(one) else { return false }
        return Self.order(Self.template(first), Self.template(second), in: plan.statements, isSequence: true) ?? false
    }

    /// Whether one step stands before another in a sequence; `nil` when they are not both there.
    private static func order(
        _ first: StepID,
        _ second: StepID,
        in statements: [PlanDescription.Statement],
        isSequence: Bool
    ) -> Bool? {
        let places = [first, second].map { id in statements.firstIndex { holds($0, id) } }
        guard let one = places[0], let other = places[1] else { return nil }
        if one != other { return isSequence && one < other }
        let statement = statements[one]
        let isParallel = statement.word == .parallel || statement.word == .forEach && statement.concurrently != 1
        return order(first, second, in: statement.statements, isSequence: !isParallel)
            ?? order(first, second, in: statement.otherwise, isSequence: true) ?? false
    }

    private static func holds(_ statement: PlanDescription.Statement, _ step: StepID) -> Bool {
        statement.step?.id == step || (statement.statements + statement.otherwise).contains { holds($0, step) }
    }

    /// The step of the plan of which this is one, for one element of a loop.
    static func template(_ step: StepID) -> StepID {
        guard let bracket = step.rawValue.firstIndex(of: "[") else { return step }
        return StepID(unchecked: String(step.rawValue[..<bracket]))
    }

    private static func times(_ count: Int) -> String {
        switch count {
        case 0: "never"
        case 1: "once"
        default: "\(count) times"
        }
    }
}
