package import EddaCore

// The history of a saga, continued: its steps.

/// The command of a step left; `attempt` counts from 1.
package struct StepDispatched: Event {
    package static let eventType: EventType = "edda.step.dispatched"
    package var step: StepID
    package var attempt: Int
    package var command: MessageType
    package var destination: Address
}

/// A command or a compensation was sent again because there was no answer.
package struct StepResent: Event {
    package static let eventType: EventType = "edda.step.resent"
    package var step: StepID
    package var direction: Direction
    package var sends: Int
}

/// The step is done; the time is counted from its first sending.
package struct StepSucceeded: Event {
    package static let eventType: EventType = "edda.step.succeeded"
    package var step: StepID
    package var attempt: Int
    package var milliseconds: Int64
}

/// The participant refused.
package struct StepRejected: Event {
    package static let eventType: EventType = "edda.step.rejected"
    package var step: StepID
    package var code: String
    package var reason: String
}

/// The participant failed; without `retryMilliseconds` it is not tried again.
package struct StepFailed: Event {
    package static let eventType: EventType = "edda.step.failed"
    package var step: StepID
    package var attempt: Int
    package var reason: String
    package var retryMilliseconds: Int64?
}

/// Whether the step was executed is not known.
package struct StepUnknown: Event {
    package static let eventType: EventType = "edda.step.unknown"
    package var step: StepID
    package var reason: String
}

/// The compensation of a step left; `attempt` counts from 1.
package struct StepUndoDispatched: Event {
    package static let eventType: EventType = "edda.step.undo-dispatched"
    package var step: StepID
    package var attempt: Int
    package var command: MessageType
    package var destination: Address
}

/// The step is undone; the time is counted from the first sending of its compensation.
package struct StepUndone: Event {
    package static let eventType: EventType = "edda.step.undone"
    package var step: StepID
    package var attempt: Int
    package var milliseconds: Int64
}

/// The compensation went wrong; without `retryMilliseconds` it is not tried again.
package struct StepUndoFailed: Event {
    package static let eventType: EventType = "edda.step.undo-failed"
    package var step: StepID
    package var attempt: Int
    package var reason: String
    package var retryMilliseconds: Int64?
}

/// The step needs no compensation, for the reason that the plan gives.
package struct StepSkipped: Event {
    package static let eventType: EventType = "edda.step.skipped"
    package var step: StepID
    package var reason: String
}
