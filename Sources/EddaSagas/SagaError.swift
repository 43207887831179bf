/// A saga could not be run as asked.
public struct SagaError: Error, Hashable, CustomStringConvertible {
    /// What went wrong.
    public enum Code: String, Hashable, Sendable {
        /// Two steps of a plan have the same id.
        case duplicateStep
        /// A step's id cannot be used.
        case invalidStep
        /// An attribute of a saga has a name that cannot be used, or that another one has.
        case invalidAttribute
        /// The deadline of a saga is not above zero.
        case invalidDeadline
        /// The compensation of a step goes to another participant than its command.
        case compensationElsewhere
        /// Two sagas of a coordinator have the same name.
        case duplicateSaga
        /// A step may be repeated for longer than participants remember what they did.
        case windowTooShort
        /// The coordinator knows no saga of this name.
        case unknownSaga
        /// There is no saga with this id.
        case notFound
        /// The state of a saga does not encode or decode.
        case unreadableState
        /// The stored instance of a saga does not decode.
        case unreadableInstance
        /// The reply to a step does not decode.
        case unreadableReply
        /// A step was to make a move that its status does not allow. Nothing was written.
        case illegalTransition
        /// An operator's verb makes no sense where the saga stands. Nothing was written.
        case verbRefused
        /// An operator's verb needs a reason, or the name of who decides. Nothing was written.
        case reasonMissing
        /// The `local` steps of a saga need services, and it was registered without any.
        case missingServices
        /// There is no step with this id that waits for a signal.
        case unknownStep
        /// A signal does not decode. Nothing was written.
        case unreadableSignal
        /// The saga keeps so many signals for steps that it has not reached that it takes no more. Nothing was written.
        case tooManySignals
        /// The program has no plan for the saga, or another one than it was started by. Nothing was written.
        case planChanged
    }

    /// What went wrong.
    public let code: Code
    /// A sentence that names the saga or the step, and what to do.
    public let description: String

    /// Describes a failure.
    public init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }
}
