package import EddaCore

// The history of a saga as events of its stream `$saga-<id>`, in the same store. This file: the saga as a whole.

/// The saga has begun.
package struct SagaStarted: Event {
    package static let eventType: EventType = "edda.saga.started"
    package var name: SagaName
    package var planVersion: Int
    package var steps: [StepID]
}

/// The saga turned back.
package struct CompensationBegan: Event {
    package static let eventType: EventType = "edda.compensation.began"
    package var step: StepID
    package var reason: String
}

/// The saga stands still until an operator decides.
package struct SagaParked: Event {
    package static let eventType: EventType = "edda.saga.parked"
    package var step: StepID?
    package var cause: Parking.Cause
    package var reason: String
}

/// A saga that stood still goes on.
package struct SagaResumed: Event {
    package static let eventType: EventType = "edda.saga.resumed"
    package var step: StepID
    package var reason: String
}

/// Every step is done.
package struct SagaCompleted: Event {
    package static let eventType: EventType = "edda.saga.completed"
    package var milliseconds: Int64
}

/// Everything that was done is undone.
package struct SagaCompensated: Event {
    package static let eventType: EventType = "edda.saga.compensated"
    package var reason: String?
    package var milliseconds: Int64
}

/// A reply came that changes nothing: too late, too early, or for another question.
package struct ReplyIgnored: Event {
    package static let eventType: EventType = "edda.reply.ignored"
    package var step: StepID
    package var direction: Direction
    package var outcome: String
    package var status: StepStatus
    package var sagaStatus: SagaRecord.Status
}
