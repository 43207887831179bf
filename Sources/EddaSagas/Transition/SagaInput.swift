package import EddaCore

/// What can happen to a saga.
package enum SagaInput: Hashable, Sendable {
    /// It begins.
    case started
    /// A participant has answered.
    case reply(SagaReply)
    /// Its timer has come due.
    case wake
    /// An operator has decided.
    case request(OperatorRequest)
}

/// A participant's answer to a command or a compensation.
package struct SagaReply: Hashable, Sendable {
    /// The key of the command that it answers.
    package let key: SagaKey
    /// How the command ended.
    package let outcome: CommandOutcome
    /// The id of the reply message; duplicates have the same.
    package let messageID: String

    package init(key: SagaKey, outcome: CommandOutcome, messageID: String) {
        self.key = key
        self.outcome = outcome
        self.messageID = messageID
    }
}
