/// The row of one saga: what lists show of it, and its instance in encoded form.
public struct SagaRecord: Hashable, Sendable {
    /// Where a saga stands as a whole.
    public enum Status: String, Hashable, Sendable, CaseIterable, Codable {
        /// Going forward.
        case running
        /// Undoing what was done.
        case compensating
        /// Ended: every step done.
        case completed
        /// Ended: everything that was done is undone.
        case compensated
        /// It stands still until an operator decides.
        case parked

        /// Whether the saga has ended.
        public var isEnded: Bool { self == .completed || self == .compensated }
    }

    /// The id.
    public var id: SagaID
    /// The kind of saga.
    public var name: SagaName
    /// The version of the plan it runs by.
    public var planVersion: Int
    /// Where it stands.
    public var status: Status
    /// The step it stands at; `nil` when it has ended.
    public var step: StepID?
    /// Why it is compensating, compensated or parked.
    public var reason: String?
    /// How many transitions it has made; every write names the revision it read.
    public var revision: Int
    /// The conversation it is part of.
    public var correlationID: String?
    /// When it was started.
    public var startedAt: Timestamp
    /// When it last moved.
    public var updatedAt: Timestamp
    /// By when it should have ended; `nil` when it may take any time.
    public var deadline: Timestamp?
    /// What it is found by, name by name, such as the customer.
    public var attributes: [String: String]
    /// The instance, encoded.
    public var instance: [UInt8]

    /// A row.
    public init(
        id: SagaID,
        name: SagaName,
        planVersion: Int,
        status: Status,
        step: StepID?,
        reason: String?,
        revision: Int,
        correlationID: String?,
        startedAt: Timestamp,
        updatedAt: Timestamp,
        deadline: Timestamp? = nil,
        attributes: [String: String] = [:],
        instance: [UInt8]
    ) {
        self.id = id
        self.name = name
        self.planVersion = planVersion
        self.status = status
        self.step = step
        self.reason = reason
        self.revision = revision
        self.correlationID = correlationID
        self.startedAt = startedAt
        self.updatedAt = updatedAt
        self.deadline = deadline
        self.attributes = attributes
        self.instance = instance
    }
}
