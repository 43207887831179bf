internal import EddaCore
internal import EddaSagas

/// A promise that a run did not keep.
struct SagaViolation: Error {
    /// The guarantee, such as `G11`; of an invariant, its name.
    let rule: String
    let text: String

    init(_ rule: String, _ text: String) {
        self.rule = rule
        self.text = text
    }
}

extension SagaWorld {
    /// What was done for a step.
    private struct Deeds {
        var forward: [SagaTestOutcome<S.State>.Effect] = []
        var undo: [SagaTestOutcome<S.State>.Effect] = []
    }

    /// Checks what Edda promises about a saga that nothing moves any more.
    func check(_ outcome: SagaTestOutcome<S.State>) throws {
        try checkRest(outcome)
        try checkHistory(outcome)
        try checkEffects(outcome)
        try checkTurningBack(outcome)
    }

    /// G10: the saga is at rest, with a reason.
    private func checkRest(_ outcome: SagaTestOutcome<S.State>) throws {
        let status = outcome.status
        guard status.isEnded || status == .parked else {
            throw SagaViolation(
                "G10",
                "The saga is \(status.rawValue) at step \(outcome.timeline.step?.rawValue ?? "none"), and nothing will move "
                    + "it: no message is on its way and no timer is set."
            )
        }
        if status == .parked {
            guard let reason = outcome.reason, !reason.isEmpty else {
                throw SagaViolation("G10", "The saga is parked without a reason.")
            }
            if let cause = outcome.parkedFor, [.broken, .unreadable, .planChanged].contains(cause) {
                throw SagaViolation("G10", "The saga is parked since it is \(cause.rawValue): \(reason)")
            }
        }
        let alarming = ["saga.parked", "saga.overdue", "step.struggles"]
        let causes = outcome.timeline.entries.count { alarming.contains($0.what) }
        if alerts != causes {
            throw SagaViolation("G10", "There were \(causes) reasons for an alert, and \(alerts) alerts were sent.")
        }
        if let message = refused.first {
            throw SagaViolation("G7", "A message is a dead letter: \(message)")
        }
    }

    /// What can happen once has happened once, and nothing has after the end.
    private func checkHistory(_ outcome: SagaTestOutcome<S.State>) throws {
        var counts: [String: Int] = [:]
        for entry in outcome.timeline.entries {
            let isOnce = ["step.succeeded", "step.undone", "saga.completed", "saga.compensated", "saga.started"]
            guard isOnce.contains(entry.what) else { continue }
            let what = [entry.what, entry.step?.rawValue].compactMap { $0 }.joined(separator: " ")
            counts[what, default: 0] += 1
            if counts[what] == 2 { throw SagaViolation("G8", "The history has \(what) twice.") }
        }
        var hasEnded = false
        for entry in outcome.timeline.entries {
            if hasEnded, entry.what != "reply.ignored" {
                throw SagaViolation("G10", "The history goes on after the end, with \(entry.what).")
            }
            hasEnded = hasEnded || entry.what == "saga.completed" || entry.what == "saga.compensated"
        }
    }

    /// G8 and G11: what was done and undone fits how the saga ended.
    private func checkEffects(_ outcome: SagaTestOutcome<S.State>) throws {
        var deeds: [String: Deeds] = [:]
        for effect in outcome.effects {
            let step = "\(effect.saga)/\(effect.step)"
            if effect.isCompensation {
                deeds[step, default: Deeds()].undo.append(effect)
            } else {
                deeds[step, default: Deeds()].forward.append(effect)
            }
        }
        let history = outcome.timeline.entries
        for step in outcome.timeline.steps {
            let key = "\(SagaScript<S>.id)/\(step.id)"
            let (done, undone) = (deeds[key]?.forward.count ?? 0, deeds[key]?.undo.count ?? 0)
            let what = "Step \(step.id) is \(step.status.rawValue): it was executed \(Self.times(done))"
            let both = "\(what) and undone \(Self.times(undone))"
            if done > 1 || undone > 1 { throw SagaViolation("G8", "\(both), and once is the most.") }
            let wasOpen = history.contains {
                $0.step == step.id && ($0.what == "step.succeeded" || $0.what == "step.unknown")
            }
            if undone > 0, !wasOpen {
                throw SagaViolation("G11", "\(both), although it neither succeeded nor was its outcome unknown.")
            }
            if undone > done, undoNamesForward(step.id) {
                throw SagaViolation("G11", "\(both): there was nothing to undo.")
            }
            switch outcome.status {
            case .completed:
                if undone > 0 { throw SagaViolation("G11", "\(both), and the saga is completed.") }
                if step.status == .succeeded, done == 0 {
                    throw SagaViolation("G8", "\(what), and the saga is completed.")
                }
                if step.status != .succeeded, done > 0 {
                    throw SagaViolation("G8", "\(what), and the saga is completed.")
                }
            case .compensated:
                let isCovered = SagaScript<S>.compensations[step.id] ?? nil != nil
                if isCovered || step.phase != .compensatable, undone < done {
                    throw SagaViolation("G11", "\(both), and the saga is compensated.")
                }
                if isCovered, step.status == .skipped, done > 0 {
                    throw SagaViolation("G11", "\(both): its compensation was skipped.")
                }
            default:
                break
            }
            if step.phase == .pivot, done > 0, let undo = outcome.effects.first(where: \.isCompensation) {
                throw SagaViolation(
                    "G11",
                    "The pivot \(step.id) was executed, and step \(undo.step) was undone: after the pivot a saga only goes "
                        + "forward."
                )
            }
        }
        try checkOrder(outcome)
    }

    /// G11: what came later is undone earlier.
    private func checkOrder(_ outcome: SagaTestOutcome<S.State>) throws {
        let undone = outcome.effects.filter { $0.isCompensation && $0.saga == SagaScript<S>.id }.map(\.step)
        let order = outcome.timeline.steps.map(\.id)
        let places = undone.compactMap { order.firstIndex(of: $0) }
        for (place, next) in zip(places, places.dropFirst()) where place < next {
            throw SagaViolation(
                "G11",
                "Step \(order[place]) was undone before step \(order[next]), which came after it: the order has to be the "
                    + "reverse."
            )
        }
    }

    /// A saga that was told to turn back did, unless its pivot had been executed.
    private func checkTurningBack(_ outcome: SagaTestOutcome<S.State>) throws {
        let isOverruled = outcome.timeline.entries.contains { $0.what == "turning-back.overruled" }
        if let (verb, transition) = decided.first(where: { $0.verb != .retry }), outcome.status == .completed,
            !isOverruled
        {
            throw SagaViolation(
                "G11",
                "An operator decided to \(verb.rawValue) it after transition \(transition), which was accepted, and the saga "
                    + "is completed."
            )
        }
    }

    /// Whether the compensation of a step goes to where the step went, so that its inbox knows what there is to undo.
    private func undoNamesForward(_ step: StepID) -> Bool {
        dispatched.contains { text, command in
            guard command.namesForward, let key = SagaKey(text) else { return false }
            return key.saga == SagaScript<S>.id && key.step == step && key.direction == .undo
        }
    }

    private static func times(_ count: Int) -> String {
        switch count {
        case 0: "never"
        case 1: "once"
        default: "\(count) times"
        }
    }
}
