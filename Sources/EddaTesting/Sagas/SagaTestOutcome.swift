public import EddaCore
public import EddaSagas

/// How a run stands, as an invariant sees it.
public struct SagaTestOutcome<State: Sendable>: Sendable {
    /// A command that was executed, and whose unit was committed.
    public struct Effect: Hashable, Sendable {
        /// The saga that sent it.
        public let saga: SagaID
        /// The step.
        public let step: StepID
        /// Whether the command undoes the step.
        public let isCompensation: Bool
        /// The type of the command.
        public let command: MessageType
        /// Who executed it.
        public let participant: Address
        /// When, since the run began.
        public let at: Duration
    }

    /// How the saga stands.
    public let status: SagaRecord.Status
    /// Why it turned back or stands still.
    public let reason: String?
    /// Its state.
    public let state: State
    /// Its steps and its history.
    public let timeline: SagaTimeline
    /// What participants did, in the order in which they did it.
    public let effects: [Effect]
    /// The stores of the services.
    public let stores: SagaTestStores
    /// Why it is parked, as a word.
    let parkedFor: Parking.Cause?

    /// How often commands of a type were executed.
    public func count<C: Command>(of command: C.Type) -> Int {
        effects.count { $0.command == C.commandType }
    }

    /// Whether a step was executed and not undone.
    public func stands(_ step: StepID) -> Bool {
        let effects = effects.filter { $0.step == step }
        return effects.count { !$0.isCompensation } > effects.count(where: \.isCompensation)
    }

    /// Fails the run unless a condition holds.
    ///
    /// - Throws: ``TestFailure`` with `message`.
    public func expect(_ condition: Bool, _ message: @autoclosure () -> String) throws {
        if !condition { throw TestFailure(message()) }
    }
}
