package import EddaCore

// The history of a saga, continued: blocks, waits, children, and time.

/// A `when` was decided; the steps of the other branch are skipped.
package struct BranchChosen: HistoryEvent {
    package static let eventType: EventType = "edda.branch.chosen"
    package var block: StepID
    /// Whether the condition held.
    package var holds: Bool

    package var line: HistoryLine {
        HistoryLine(step: block, reason: holds ? "the condition holds" : "the condition does not hold")
    }
}

/// A `forEach` was reached, and these are its elements.
package struct ElementsRead: HistoryEvent {
    package static let eventType: EventType = "edda.elements.read"
    package var block: StepID
    /// The ids of the elements.
    package var keys: [String]

    package var line: HistoryLine {
        let some = keys.prefix(10).joined(separator: ", ") + (keys.count > 10 ? ", …" : "")
        return HistoryLine(step: block, reason: keys.isEmpty ? "no elements" : "\(keys.count) elements: \(some)")
    }
}

/// A `sleep` or an `awaitSignal` was reached.
package struct StepWaits: HistoryEvent {
    package static let eventType: EventType = "edda.step.waits"
    package var step: StepID
    package var word: PlanWord
    /// How long at most; `nil` means without end.
    package var milliseconds: Int64?

    package var line: HistoryLine {
        let time = milliseconds.map { Duration.milliseconds($0).inWords }
        let what = word == .sleep ? "for \(time ?? "ever")" : "for a signal" + (time.map { ", \($0) at most" } ?? "")
        return HistoryLine(step: step, reason: what)
    }
}

/// A signal has come before its step was reached; it is kept.
package struct SignalKept: HistoryEvent {
    package static let eventType: EventType = "edda.signal.kept"
    package var step: StepID
    package var key: String?

    package var line: HistoryLine {
        HistoryLine(step: step, reason: "it came early and is kept" + (key.map { ", key \($0)" } ?? ""))
    }
}

/// A signal has come that changes nothing: another one was first, or its step is not reached any more.
package struct SignalIgnored: HistoryEvent {
    package static let eventType: EventType = "edda.signal.ignored"
    package var step: StepID
    package var key: String?
    package var status: StepStatus

    package var line: HistoryLine {
        HistoryLine(step: step, reason: "a signal while \(status.rawValue)" + (key.map { ", key \($0)" } ?? ""))
    }
}

/// A step has started another saga.
package struct ChildStarted: HistoryEvent {
    package static let eventType: EventType = "edda.child.started"
    package var step: StepID
    package var attempt: Int
    package var child: SagaID
    package var name: SagaName

    package var line: HistoryLine { HistoryLine(step: step, attempt: attempt, reason: "saga \(child) (\(name))") }
}

/// The saga turns back, so its child shall, too.
package struct ChildCancelled: HistoryEvent {
    package static let eventType: EventType = "edda.child.cancelled"
    package var step: StepID
    package var child: SagaID

    package var line: HistoryLine { HistoryLine(step: step, reason: "saga \(child) shall turn back") }
}

/// An event about which somebody is alerted.
package protocol AlertingEvent: HistoryEvent {
    /// The kind of reason, in one word.
    var alertCause: String { get }
    /// The step it is about.
    var alertStep: StepID? { get }
    /// What tells its message from others of the same transition.
    var alertKind: String { get }
    /// Why.
    var reason: String { get }
}

/// The saga has passed its deadline, and goes on.
package struct SagaOverdue: AlertingEvent {
    package static let eventType: EventType = "edda.saga.overdue"
    package var step: StepID?
    package var reason: String

    package var line: HistoryLine { HistoryLine(step: step, reason: reason) }
    package var alertCause: String { "overdue" }
    package var alertKind: String { "overdue" }
    package var alertStep: StepID? { step }
}

/// A step that cannot be undone does not succeed; it is tried on.
package struct StepStruggles: AlertingEvent {
    package static let eventType: EventType = "edda.step.struggles"
    package var step: StepID
    package var reason: String

    package var line: HistoryLine { HistoryLine(step: step, reason: reason) }
    package var alertCause: String { "step-struggles" }
    package var alertKind: String { "struggles-\(step)" }
    package var alertStep: StepID? { step }
}

extension SagaParked: AlertingEvent {
    package var alertCause: String { cause.rawValue }
    package var alertKind: String { "parked" }
    package var alertStep: StepID? { step }
}
