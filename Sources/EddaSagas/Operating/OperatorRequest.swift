package import EddaCore

/// What an operator wants of a saga, who it is, and why.
package struct OperatorRequest: Hashable, Sendable {
    /// What an operator can decide.
    package enum Verb: Hashable, Sendable {
        /// Try again what parked the saga, with a fresh budget.
        case retry
        /// Count a compensation, or a step after the pivot, as done without doing it.
        case skip
        /// Count a step as succeeded, with this reply.
        case resolve(reply: [UInt8])
        /// Turn back; whoever says so about a pivot of unknown outcome says that it was not executed.
        case compensate
        /// Turn back, unless the pivot has been executed.
        case cancel

        /// Its name, as on the command line.
        package var name: String {
            switch self {
            case .retry: "retry"
            case .skip: "skip"
            case .resolve: "resolve"
            case .compensate: "compensate"
            case .cancel: "cancel"
            }
        }
    }

    /// What is wanted.
    package let verb: Verb
    /// Who wants it.
    package let by: String
    /// Why.
    package let because: String?
    /// The step that is meant; when the saga stands at another one by now, the request is refused.
    package let step: StepID?

    package init(_ verb: Verb, by: String, because: String? = nil, step: StepID? = nil) {
        self.verb = verb
        self.by = by
        self.because = because
        self.step = step
    }
}
