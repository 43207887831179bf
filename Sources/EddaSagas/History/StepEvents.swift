package import EddaCore

// The history of a saga, continued: its steps.

/// The command of a step left; `attempt` counts from 1.
package struct StepDispatched: HistoryEvent {
    package static let eventType: EventType = "edda.step.dispatched"
    package var step: StepID
    package var attempt: Int
    package var command: MessageType
    package var destination: Address

    package var line: HistoryLine { HistoryLine(step: step, attempt: attempt, reason: "\(command) to \(destination)") }
}

/// A command or a compensation was sent again because there was no answer.
package struct StepResent: HistoryEvent {
    package static let eventType: EventType = "edda.step.resent"
    package var step: StepID
    package var direction: Direction
    package var sends: Int

    package var line: HistoryLine {
        HistoryLine(
            step: step,
            reason: "\(direction == .undo ? "compensation, " : "")sending \(sends), no answer so far"
        )
    }
}

/// The step is done; the time is counted from its first sending.
package struct StepSucceeded: HistoryEvent {
    package static let eventType: EventType = "edda.step.succeeded"
    package var step: StepID
    package var attempt: Int
    package var milliseconds: Int64

    package var line: HistoryLine { HistoryLine(step: step, attempt: attempt, milliseconds: milliseconds) }
}

/// The participant refused.
package struct StepRejected: HistoryEvent {
    package static let eventType: EventType = "edda.step.rejected"
    package var step: StepID
    package var code: String
    package var reason: String

    package var line: HistoryLine { HistoryLine(step: step, reason: reason) }
}

/// The participant failed; without `retryMilliseconds` it is not tried again.
package struct StepFailed: HistoryEvent {
    package static let eventType: EventType = "edda.step.failed"
    package var step: StepID
    package var attempt: Int
    package var reason: String
    package var retryMilliseconds: Int64?
    /// Whether the participant has said that no copy of the command can succeed; `nil` when it has not.
    package var isFinal: Bool?

    package var line: HistoryLine { HistoryLine(step: step, attempt: attempt, reason: reason) }
}

/// Whether the step was executed is not known.
package struct StepUnknown: HistoryEvent {
    package static let eventType: EventType = "edda.step.unknown"
    package var step: StepID
    package var reason: String

    package var line: HistoryLine { HistoryLine(step: step, reason: reason) }
}

/// The command of a step that is given up was taken back: what became of it is not known yet.
package struct StepWithdrawalSent: HistoryEvent {
    package static let eventType: EventType = "edda.step.withdrawal-sent"
    package var step: StepID
    package var reason: String

    package var line: HistoryLine { HistoryLine(step: step, reason: reason) }
}

/// The participant has not executed the command that was taken back, and executes no copy of it any more.
package struct StepWithdrawn: HistoryEvent {
    package static let eventType: EventType = "edda.step.withdrawn"
    package var step: StepID
    package var milliseconds: Int64

    package var line: HistoryLine { HistoryLine(step: step, milliseconds: milliseconds) }
}

/// The compensation of a step left; `attempt` counts from 1.
package struct StepUndoDispatched: HistoryEvent {
    package static let eventType: EventType = "edda.step.undo-dispatched"
    package var step: StepID
    package var attempt: Int
    package var command: MessageType
    package var destination: Address

    package var line: HistoryLine { HistoryLine(step: step, attempt: attempt, reason: "\(command) to \(destination)") }
}

/// The step is undone; the time is counted from the first sending of its compensation.
package struct StepUndone: HistoryEvent {
    package static let eventType: EventType = "edda.step.undone"
    package var step: StepID
    package var attempt: Int
    package var milliseconds: Int64

    package var line: HistoryLine { HistoryLine(step: step, attempt: attempt, milliseconds: milliseconds) }
}

/// The compensation went wrong; without `retryMilliseconds` it is not tried again.
package struct StepUndoFailed: HistoryEvent {
    package static let eventType: EventType = "edda.step.undo-failed"
    package var step: StepID
    package var attempt: Int
    package var reason: String
    package var retryMilliseconds: Int64?

    package var line: HistoryLine { HistoryLine(step: step, attempt: attempt, reason: reason) }
}

/// The step counts as done, or as undone, without being so: for the reason that the plan or an operator gives.
package struct StepSkipped: HistoryEvent {
    package static let eventType: EventType = "edda.step.skipped"
    package var step: StepID
    package var reason: String

    package var line: HistoryLine { HistoryLine(step: step, reason: reason) }
}
