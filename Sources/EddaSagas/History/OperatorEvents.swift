package import EddaCore

// The history of a saga, continued: what operators decide.

/// An operator has decided about the saga; what follows from it stands behind this event.
package struct OperatorActed: HistoryEvent {
    package static let eventType: EventType = "edda.operator.acted"
    /// `retry`, `skip`, `resolve`, `compensate` or `cancel`.
    package var verb: String
    /// The step it is about.
    package var step: StepID?
    /// Who.
    package var by: String
    /// Why.
    package var because: String?
    /// The reply that a `resolve` supplied.
    package var reply: StoredBytes?

    package var line: HistoryLine {
        HistoryLine(step: step, reason: "\(verb) by \(by)" + (because.map { ": \($0)" } ?? ""))
    }
}

/// The saga was to turn back once the pivot had an outcome, but the pivot has succeeded.
package struct TurningBackOverruled: HistoryEvent {
    package static let eventType: EventType = "edda.turning-back.overruled"
    package var step: StepID
    package var reason: String

    package var line: HistoryLine {
        HistoryLine(
            step: step,
            reason: "\(step) has succeeded, so the saga goes forward. It was to turn back: \(reason)"
        )
    }
}
