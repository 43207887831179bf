internal import EddaCore
internal import EddaMessaging
internal import EddaSagas

/// What is run again and again: a saga, its participants, and what has to hold.
struct SagaScript<S: Saga>: Sendable {
    typealias Check = @Sendable (SagaTestOutcome<S.State>) async throws -> Void

    var state: S.State
    var participants: [Participant]
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

    /// Their plans.
    var plans: [SagaName: PlanDescription] {
        Dictionary(registrations.map { $0.saga.describe() }.map { ($0.name, $0) }) { first, _ in first }
    }
}
