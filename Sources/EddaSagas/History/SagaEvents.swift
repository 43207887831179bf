package import EddaCore

// The history of a saga as events of its stream `$saga-<id>`, in the same store. This file: the saga as a whole.

/// The saga has begun.
package struct SagaStarted: HistoryEvent {
    package static let eventType: EventType = "edda.saga.started"
    package var name: SagaName
    package var planVersion: Int
    package var steps: [StepID]

    package var line: HistoryLine { HistoryLine(reason: "plan version \(planVersion)") }
}

/// The saga turned back.
package struct CompensationBegan: HistoryEvent {
    package static let eventType: EventType = "edda.compensation.began"
    package var step: StepID
    package var reason: String

    package var line: HistoryLine { HistoryLine(step: step, reason: reason) }
}

/// The saga stands still until an operator decides.
package struct SagaParked: HistoryEvent {
    package static let eventType: EventType = "edda.saga.parked"
    package var step: StepID?
    package var cause: Parking.Cause
    package var reason: String

    package var line: HistoryLine { HistoryLine(step: step, reason: reason) }
}

/// A saga that stood still goes on.
package struct SagaResumed: HistoryEvent {
    package static let eventType: EventType = "edda.saga.resumed"
    package var step: StepID
    package var reason: String

    package var line: HistoryLine { HistoryLine(step: step, reason: reason) }
}

/// Every step is done.
package struct SagaCompleted: HistoryEvent {
    package static let eventType: EventType = "edda.saga.completed"
    package var milliseconds: Int64

    package var line: HistoryLine { HistoryLine(milliseconds: milliseconds) }
}

/// Everything that was done is undone.
package struct SagaCompensated: HistoryEvent {
    package static let eventType: EventType = "edda.saga.compensated"
    package var reason: String?
    package var milliseconds: Int64

    package var line: HistoryLine { HistoryLine(reason: reason, milliseconds: milliseconds) }
}

/// A reply came that changes nothing: too late, too early, or for another question.
package struct ReplyIgnored: HistoryEvent {
    package static let eventType: EventType = "edda.reply.ignored"
    package var step: StepID
    package var direction: Direction
    package var outcome: String
    package var status: StepStatus
    package var sagaStatus: SagaRecord.Status

    package var line: HistoryLine {
        HistoryLine(
            step: step,
            reason: "\(outcome)\(direction == .undo ? " (compensation)" : "") while \(status.rawValue)"
        )
    }
}
