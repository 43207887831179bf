/// Which sagas are wanted: those that pass every condition that is given.
public struct SagaFilter: Hashable, Sendable {
    /// Only of these kinds; empty means all.
    public var names: Set<SagaName> = []
    /// Only in these states; empty means all.
    public var statuses: Set<SagaRecord.Status> = []
    /// Only those that stand at one of these steps; empty means all.
    public var steps: Set<StepID> = []
    /// Only those of this conversation.
    public var correlationID: String?
    /// Only those that have each of these attributes with this value.
    ///
    /// An index finds them; the other conditions but the status are looked at row by row.
    public var attributes: [String: String] = [:]
    /// Only those that were started before this time.
    public var startedBefore: Timestamp?
    /// Only those that have not moved since this time.
    public var unmovedSince: Timestamp?
    /// Only those that have not ended, although their deadline lies before this time.
    public var overdueAt: Timestamp?
    /// Only those with an id after this one, for paging.
    public var after: SagaID?
    /// At most so many, in the order of their ids.
    public var limit = 100

    /// A filter by kind and state; further conditions are set one by one.
    public init(
        names: Set<SagaName> = [],
        statuses: Set<SagaRecord.Status> = [],
        after: SagaID? = nil,
        limit: Int = 100
    ) {
        self.names = names
        self.statuses = statuses
        self.after = after
        self.limit = limit
    }

    /// Whether a saga passes every condition but the limit.
    public func admits(_ saga: SagaRecord) -> Bool {
        if let after, saga.id <= after { return false }
        if let startedBefore, saga.startedAt >= startedBefore { return false }
        if let unmovedSince, saga.updatedAt > unmovedSince { return false }
        if let overdueAt {
            guard let deadline = saga.deadline, deadline < overdueAt, !saga.status.isEnded else { return false }
        }
        return (names.isEmpty || names.contains(saga.name))
            && (statuses.isEmpty || statuses.contains(saga.status))
            && (steps.isEmpty || saga.step.map(steps.contains) ?? false)
            && (correlationID == nil || Self.isSame(saga.correlationID, correlationID))
            && attributes.allSatisfy { Self.isSame(saga.attributes[$0.key], $0.value) }
    }

    /// Byte by byte, as a database compares: `==` takes texts for equal that are written in two ways.
    private static func isSame(_ left: String?, _ right: String?) -> Bool {
        guard let left, let right else { return left == nil && right == nil }
        return left.utf8.elementsEqual(right.utf8)
    }
}
