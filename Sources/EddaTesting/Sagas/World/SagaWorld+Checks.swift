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
    /// Checks what Edda promises about sagas that nothing moves any more.
    func check(_ outcome: SagaTestOutcome<S.State>) async throws {
        let standings = try await standings()
        for standing in standings { try standing.check() }
        let alarming = ["saga.parked", "saga.overdue", "step.struggles"]
        let causes = standings.flatMap(\.timeline.entries).count { alarming.contains($0.what) }
        if alerts != causes {
            throw SagaViolation("G10", "There were \(causes) reasons for an alert, and \(alerts) alerts were sent.")
        }
        if let message = refused.first { throw SagaViolation("G7", "A message is a dead letter: \(message)") }
        try checkTurningBack(outcome)
        try checkSignals(outcome)
    }

    /// A signal that was kept is what its step has got.
    private func checkSignals(_ outcome: SagaTestOutcome<S.State>) throws {
        for step in kept.sorted(by: { $0.rawValue < $1.rawValue }) {
            let events = outcome.timeline.entries.filter { $0.step == step }.map(\.what)
            guard events.contains("step.waits"), !events.contains("step.succeeded") else { continue }
            throw SagaViolation(
                "G8",
                "The signal for step \(step) came before the step waited for it and was kept, and the step has not got it."
            )
        }
    }

    private func standings() async throws -> [SagaStanding] {
        let records = try await owner.base.read { try $0.sagas(SagaFilter(limit: 10_000)) }
        let watcher = try watcher()
        let plans = script.plans
        var standings: [SagaStanding] = []
        for record in records {
            guard let plan = plans[record.name] else { continue }
            let instance = try owner.base.schema.codec.decode(SagaInstance.self, from: record.instance)
            standings.append(
                SagaStanding(
                    timeline: try await watcher.timeline(of: record.id),
                    plan: plan,
                    parkedFor: instance.parking?.cause,
                    deeds: journal.entries.filter { SagaKey($0.key)?.saga == record.id },
                    destinations: dispatched.filter { $0.key.saga == record.id },
                    isAnotherParked: records.contains { $0.status == .parked && $0.id != record.id }
                )
            )
        }
        return standings
    }

    /// A saga that was told to turn back did, unless its pivot had been executed.
    private func checkTurningBack(_ outcome: SagaTestOutcome<S.State>) throws {
        let isOverruled = outcome.timeline.entries.contains { $0.what == "turning-back.overruled" }
        guard let (verb, transition) = decided.first(where: { $0.verb != .retry }), outcome.status == .completed,
            !isOverruled
        else { return }
        throw SagaViolation(
            "G11",
            "An operator decided to \(verb.rawValue) it after transition \(transition), which was accepted, and the saga "
                + "is completed."
        )
    }
}
