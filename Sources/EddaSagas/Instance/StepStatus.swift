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
    /// It counts as done, or as undone, without being so: the plan needs no compensation for it, or an operator has
    /// decided so.
    case skipped

    /// The statuses to which a step may go from this one.
    ///
    /// A `failed` step still moves on: to another try; to the answer of a copy of its command that was re-sent
    /// earlier; to `unknown` when it is given up while such a copy may yet take effect; a pivot that is given up back to
    /// `dispatched`, since its command is withdrawn, and to `failed` again when that is answered. What only an operator can decide:
    /// that a rejected step is tried again, that an unknown one is asked afresh, and every way to `skipped` but those from
    /// `succeeded` and `unknown`.
    package var successors: Set<StepStatus> {
        switch self {
        case .never: [.dispatched, .skipped]
        case .dispatched: [.succeeded, .rejected, .failed, .unknown, .skipped]
        case .failed: [.dispatched, .succeeded, .rejected, .unknown, .skipped]
        case .rejected: [.dispatched, .succeeded, .skipped]
        case .unknown: [.dispatched, .succeeded, .rejected, .failed, .undoDispatched, .skipped]
        case .succeeded: [.undoDispatched, .skipped]
        case .undoDispatched: [.undone, .undoFailed, .skipped]
        case .undoFailed: [.undoDispatched, .undone, .skipped]
        case .undone, .skipped: []
        }
    }

    /// Whether a saga that goes forward has this step behind it.
    var isBehind: Bool { self == .succeeded || self == .skipped }

    /// Whether it is about the step's compensation.
    var isOfUndo: Bool { self == .undoDispatched || self == .undoFailed }
}
