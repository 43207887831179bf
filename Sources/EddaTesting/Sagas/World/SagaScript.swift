internal import EddaCore
internal import EddaMessaging
internal import EddaSagas

/// What is run again and again: a saga, its participants, and what has to hold.
struct SagaScript<S: Saga>: Sendable {
    typealias Check = @Sendable (SagaTestOutcome<S.State>) async throws -> Void

    var state: S.State
    /// Makes the participants of a run.
    var participants: @Sendable () -> [Participant]
    var options: SagaTestOptions
    var prepare: @Sendable (SagaTestStores) async throws -> Void
    var always: Check?
    var invariant: Check
    /// The saga with its services.
    var root: SagaRegistration?

    static var id: SagaID { "test" }

    var names: SagaNames { SagaNames(saga: Self.id) }

    /// The coordinator's sagas: the tested one first.
    var registrations: [SagaRegistration] { [root ?? SagaRegistration(S.self)] + options.otherSagas }

    /// What seeds have to know.
    var scope: SagaScope {
        func waits(in statements: [PlanDescription.Statement]) -> [StepID] {
            statements.filter { $0.word != .forEach }
                .flatMap { statement in
                    if let step = statement.step { return step.word == .awaitSignal ? [step.id] : [] }
                    return waits(in: statement.statements) + waits(in: statement.otherwise)
                }
        }
        let given = Set(options.signals.map(\.step))
        return SagaScope(owner: options.address, signals: waits(in: S.describe().statements).filter(given.contains))
    }

    /// Their plans.
    var plans: [SagaName: PlanDescription] {
        Dictionary(registrations.map { $0.saga.describe() }.map { ($0.name, $0) }) { first, _ in first }
    }
}
