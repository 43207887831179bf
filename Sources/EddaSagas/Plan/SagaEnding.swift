public import EddaCore

/// How a saga ended, for ``Saga/ended(_:in:)``.
public struct SagaEnding<State: Codable & Sendable>: Sendable {
    /// The saga.
    public let id: SagaID
    /// `completed` or `compensated`.
    public let status: SagaRecord.Status
    /// The state at the end.
    public let state: State
    /// Why it was compensated; `nil` when it was completed.
    public let reason: String?
    /// The conversation that it is part of.
    public let correlationID: String?
    /// The store's schema, for appending events.
    public let schema: SchemaRegistry

    /// Metadata for events that the ending causes: the saga's conversation, and the saga as the cause.
    public var metadata: EventMetadata {
        EventMetadata(correlationID: correlationID, causationID: id.rawValue)
    }
}
