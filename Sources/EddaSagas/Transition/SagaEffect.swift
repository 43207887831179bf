package import EddaCore

/// What a transition wants done, in the same commit as itself.
package enum SagaEffect: Sendable {
    /// Send a command.
    case send(SagaDispatch)
    /// Do something in this process, after the commit.
    case perform(LocalCall)
    /// Stop doing something in this process, after the commit.
    case abandon(SagaKey)
    /// Start another saga, or find it, and take its end when it has ended.
    case startChild(ChildStart)
    /// Turn another saga back, by the rules by which an operator would.
    case cancelChild(SagaID, of: SagaKey, reason: String)
    /// Set the saga's timer.
    case wake(at: Moment)
    /// Remove the saga's timer.
    case cancelWake
    /// Add an event to the saga's history.
    case record(any Event)
    /// Tell the saga's owner that it has ended.
    case ended
}

/// A command that leaves.
package struct SagaDispatch: Hashable, Sendable {
    /// The command.
    package let command: OutgoingCommand
    /// Its idempotency key, the same for every copy.
    package let key: SagaKey
    /// The key of the command that it undoes, when the same participant executes both and has to look at what became of it.
    package let compensates: SagaKey?
    /// Whether it takes the command back instead of asking for it to be executed.
    package let isWithdrawal: Bool
    /// When the first copy was sent; with `compensates`, when the first copy of the command that it undoes was.
    package let firstSent: Timestamp
}

/// A step, or a compensation, that is to be done in this process.
package struct LocalCall: Hashable, Sendable {
    /// The kind of saga.
    package let name: SagaName
    /// The idempotency key, the same for every repetition.
    package let key: SagaKey
    /// Which repetition it is, from 1.
    package let number: Int
    /// The state as it was when the step was reached.
    package let state: StoredBytes
    /// The elements of the loops around the step, the outermost first.
    package let elements: [StoredBytes]
    /// Of a compensation: the step's result.
    package let reply: StoredBytes?

    package init(
        name: SagaName,
        key: SagaKey,
        number: Int,
        state: StoredBytes,
        elements: [StoredBytes] = [],
        reply: StoredBytes? = nil
    ) {
        self.name = name
        self.key = key
        self.number = number
        self.state = state
        self.elements = elements
        self.reply = reply
    }
}

/// A saga that a step starts.
package struct ChildStart: Hashable, Sendable {
    /// The child.
    package let child: SagaID
    /// Its kind.
    package let name: SagaName
    /// The state with which it begins.
    package let state: StoredBytes
    /// The step that starts it.
    package let parent: SagaKey
    /// Whether it was started before, and its end may have been lost.
    package let isAgain: Bool
}
