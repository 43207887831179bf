/// The parts of a runtime do not go together; found when it is made, before anything runs.
public struct ConfigurationError: Error, Hashable, CustomStringConvertible {
    /// What does not go together.
    public enum Code: String, Hashable, Sendable {
        /// Two participants have one name, so it is not said which of them executes a command.
        case duplicateParticipant
        /// Two projections have one name.
        case duplicateProjection
        /// Two sagas have one name, so it is not said which plan a stored saga follows.
        case duplicateSaga
        /// A participant has the address at which the runtime receives the replies to its sagas.
        case reservedAddress
        /// The participants forget what they did sooner than the sagas rely on.
        case inboxWindowTooShort
        /// The shutdown limit is not positive.
        case invalidShutdownLimit
    }

    /// What does not go together.
    public let code: Code
    /// A sentence that names the part and what to do.
    public let description: String

    /// Describes a misconfiguration.
    public init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }
}
