package import EddaCore

/// An event of a saga's history, which can say of itself what a timeline shows.
package protocol HistoryEvent: Event {
    /// What the timeline shows of it.
    var line: HistoryLine { get }
}

/// What a timeline shows of an event, besides its time and kind.
package struct HistoryLine {
    package var step: StepID?
    package var attempt: Int?
    package var reason: String?
    package var milliseconds: Int64?
}

/// The stream in which a saga's history is kept, and how it is read.
package enum SagaHistory {
    /// The reserved category of all histories.
    package static let category: StreamCategory = "$saga"

    /// The stream of a saga's history.
    package static func stream(of id: SagaID) -> StreamID {
        // A saga's id has at most 400 bytes and holds no control character, so this is a valid stream id.
        StreamID(unchecked: "\(category)-\(id)")
    }

    /// Every kind of event that a history holds.
    package static let events: [any HistoryEvent.Type] = [
        SagaStarted.self, CompensationBegan.self, SagaParked.self, SagaResumed.self, SagaCompleted.self,
        SagaCompensated.self, ReplyIgnored.self, StepDispatched.self, StepResent.self, StepSucceeded.self,
        StepRejected.self, StepFailed.self, StepUnknown.self, StepUndoDispatched.self, StepUndone.self,
        StepUndoFailed.self, StepSkipped.self, OperatorActed.self, TurningBackOverruled.self, BranchChosen.self,
        ElementsRead.self, StepWaits.self, SignalKept.self, SignalIgnored.self, ChildStarted.self, ChildCancelled.self,
        SagaOverdue.self, StepStruggles.self, StepWithdrawalSent.self, StepWithdrawn.self,
    ]

    private static let kinds: [EventType: any HistoryEvent.Type] = Dictionary(
        uniqueKeysWithValues: events.flatMap { kind in kind.wireNames.map { ($0, kind) } }
    )

    /// Reads an event of a history; `nil` for a kind that this program does not know.
    ///
    /// - Throws: ``SchemaError`` when it does not decode.
    package static func decode(_ event: RecordedEvent, schema: SchemaRegistry) throws -> (any HistoryEvent)? {
        guard let kind = kinds[event.type] else { return nil }
        return try decode(kind, event, schema)
    }

    private static func decode<E: HistoryEvent>(
        _ kind: E.Type,
        _ event: RecordedEvent,
        _ schema: SchemaRegistry
    ) throws -> any HistoryEvent {
        try schema.decode(kind, from: event)
    }
}
