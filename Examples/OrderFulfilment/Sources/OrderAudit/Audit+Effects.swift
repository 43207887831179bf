// What holds between inboxes, histories and what the participants did.
extension Audit {
    /// Each command took effect once, and the inbox knows of it.
    mutating func checkInboxes() {
        var check = AuditReport.Check("G8", "every command took effect once, and the inbox knows of each effect")
        var order = AuditReport.Check("G9", "of one order, what was sent first took effect first")
        for key in effects.strangeKeys { check.expect(false, "an inbox has the key \(key), which is none of a saga") }
        let placed = effects.events.filter { $0.value.contains { $0.type != "stock.received" } }.keys.sorted()
        for subject in placed {
            for step in PlannedStep.all {
                let done = effects.of(subject, step.effect)
                expectOnce(step, subject, done, step.effect, isUndo: false, &check)
                guard let undoing = step.undoing else { continue }
                let undone = effects.of(subject, undoing)
                expectOnce(step, subject, undone, undoing, isUndo: true, &check)
                guard let last = undone.first else { continue }
                order.expect(
                    done.first.map { $0.position < last.position } ?? false,
                    "order \(subject): \(undoing) (position \(last.position) of \(step.service).db) has no "
                        + "\(step.effect) before it"
                )
            }
            expectOrder(subject, ["stock.reserved", "stock.issued"], &order)
            expectOrder(subject, ["payment.authorized", "payment.captured"], &order)
            expectOrder(subject, ["order.placed", "order.confirmed"], &order)
            for effect in effects.events[subject] ?? [] {
                check.expect(
                    effect.correlation == "order-\(subject)",
                    "order \(subject): \(effect.type) (position \(effect.position)) belongs to the conversation "
                        + (effect.correlation ?? "of nobody")
                )
            }
        }
        for (key, answers) in effects.answers.sorted(by: { $0.key < $1.key }) {
            let parts = key.split(separator: "/").map(String.init)
            let (saga, step) = (parts[0], parts[1])
            check.expect(sagas[saga] != nil, "an inbox has a row for \(key), but there is no saga \(saga)")
            // A call that an operator has decided about need not have an outcome.
            let mayBeOpen = sagas[saga]?.status == "parked" || walks[saga]?.decided.contains(step) == true
            for answer in answers where ["started", "unresolved"].contains(answer.outcome) {
                check.expect(mayBeOpen, "the inbox has \(key) as \(answer.outcome), though its saga has ended")
            }
        }
        add(check)
        add(order)
    }

    private func expectOnce(
        _ step: PlannedStep,
        _ subject: String,
        _ events: [Effect],
        _ type: String,
        isUndo: Bool,
        _ check: inout AuditReport.Check
    ) {
        let key = "order-\(subject)/\(step.id)\(isUndo ? "/undo" : "")"
        let answers = effects.answers("order-\(subject)", step.id, isUndo: isUndo)
        let isAnswered = answers.contains("succeeded")
        guard isAnswered || !events.isEmpty else { return }
        let positions = events.map { String($0.position) }.joined(separator: ", ")
        check.expect(
            events.count <= 1,
            "order \(subject): \(type) happened \(events.count) times (positions \(positions) of \(step.service).db)"
        )
        if !events.isEmpty {
            check.expect(
                isAnswered,
                "order \(subject): \(type) (position \(positions) of \(step.service).db) happened, but the inbox has "
                    + "no success under \(key)"
            )
        } else if !isUndo || effects.answers("order-\(subject)", step.id, isUndo: false).contains("succeeded") {
            check.expect(
                false,
                "order \(subject): the inbox of \(step.service) has a success under \(key), but there is no \(type)"
            )
        }
    }

    private func expectOrder(_ subject: String, _ types: [String], _ check: inout AuditReport.Check) {
        guard let later = effects.of(subject, types[1]).first else { return }
        check.expect(
            effects.of(subject, types[0]).first.map { $0.position < later.position } ?? false,
            "order \(subject): \(types[1]) (position \(later.position)) has no \(types[0]) before it"
        )
    }

    /// What the participants did is what the histories tell.
    mutating func checkEffects() {
        var check = AuditReport.Check("G11", "effects left: all of a completed saga, none of an undone one")
        for (id, walk) in walks.sorted(by: { $0.key < $1.key }) {
            let subject = String(id.dropFirst("order-".count))
            for (index, step) in PlannedStep.all.enumerated() {
                let done = effects.of(subject, step.effect).count
                let undone = step.undoing.map { effects.of(subject, $0).count } ?? 0
                let left = done - undone
                let isDecided = walk.decided.contains(step.id)
                let holds: Bool
                switch walk.statuses[index] {
                case .succeeded: holds = done == 1 && undone == 0
                case .undone, .skipped: holds = isDecided ? left >= 0 : left == 0
                case .never, .rejected: holds = done == 0 && undone == 0
                case .failed: holds = left == 0
                case .dispatched, .unknown, .undoing: holds = left >= 0 && walk.ending == nil
                }
                check.expect(
                    holds,
                    "saga \(id), \(walk.status): step \(step.id) is \(walk.statuses[index].rawValue), but "
                        + "\(step.service) has \(done) \(step.effect)"
                        + (step.undoing.map { " and \(undone) \($0)" } ?? "")
                )
            }
        }
        add(check)
    }
}
