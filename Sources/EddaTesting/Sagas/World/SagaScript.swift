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

    static var id: SagaID { "test" }

    var names: SagaNames { SagaNames(saga: Self.id) }

    /// What the compensation of each step is; `nil` for a step that has none.
    static var compensations: [StepID: MessageType?] {
        Dictionary(S.describe().steps.map { ($0.id, $0.compensation) }) { first, _ in first }
    }
}
