package import EddaCore

/// What can happen to a saga.
package enum SagaInput: Hashable, Sendable {
    /// It begins.
    case started
    /// A participant has answered, or something in this process is done, or a child has ended.
    case reply(SagaReply)
    /// A signal has come.
    case signal(SagaSignal)
    /// Its timer has come due.
    case wake
    /// The process is gone that made its calls, and this one makes them from now on.
    case callsLost
    /// An operator has decided.
    case request(OperatorRequest)
    /// What it should have done in the same commit cannot be done.
    case obstacle(SagaObstacle)
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

/// A signal from outside.
package struct SagaSignal: Hashable, Sendable {
    /// The step that waits for it.
    package let step: StepID
    /// The encoded signal.
    package let data: [UInt8]
    /// By which a repetition is recognised.
    package let key: String?

    package init(step: StepID, data: [UInt8], key: String?) {
        self.step = step
        self.data = data
        self.key = key
    }
}

/// What stands in the way of a step's child.
package struct SagaObstacle: Hashable, Sendable {
    /// The kinds of obstacles.
    package enum Kind: Hashable, Sendable {
        /// It cannot be started, or was not.
        case notStarted
        /// It cannot be turned back now, but perhaps later.
        case notCancelled
    }

    /// What it stands in the way of.
    package let kind: Kind
    /// The step.
    package let step: StepID
    /// Why.
    package let reason: String

    package init(_ kind: Kind = .notStarted, step: StepID, reason: String) {
        self.kind = kind
        self.step = step
        self.reason = reason
    }
}
