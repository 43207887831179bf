/// Where one step of a saga stands.
public enum StepStatus: String, Codable, Hashable, Sendable, CaseIterable {
    /// Its turn has not come.
    case never
    /// Its command is on its way, or being executed; there is no answer yet.
    case dispatched
    /// Done.
    case succeeded
    /// Refused; it has had no effect.
    case rejected
    /// It went wrong without an effect. It may be tried again.
    case failed
    /// No answer came in time: it may have been executed, or not.
    case unknown
    /// Its compensation is on its way; there is no answer yet.
    case undoDispatched = "undo-dispatched"
    /// Compensated.
    case undone
    /// Its compensation went wrong. It may be tried again.
    case undoFailed = "undo-failed"
    /// It was not compensated, for the reason that the plan gives.
    case skipped

    /// The statuses to which a step may go from this one.
    ///
    /// A `failed` step still moves on: to another try; to the answer of a copy of its command that was re-sent
    /// earlier; to `unknown` when it is given up while such a copy may yet take effect.
    package var successors: Set<StepStatus> {
        switch self {
        case .never: [.dispatched]
        case .dispatched: [.succeeded, .rejected, .failed, .unknown]
        case .failed: [.dispatched, .succeeded, .rejected, .unknown]
        case .unknown: [.succeeded, .rejected, .failed, .undoDispatched, .skipped]
        case .succeeded: [.undoDispatched, .skipped]
        case .undoDispatched: [.undone, .undoFailed]
        case .undoFailed: [.undoDispatched, .undone]
        case .rejected, .undone, .skipped: []
        }
    }
}
