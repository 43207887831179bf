package import EddaCore

/// What a transition wants done, in the same commit as itself.
package enum SagaEffect: Sendable {
    /// Send a command.
    case send(SagaDispatch)
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
    /// The key of the command that it undoes, when the same participant executes both.
    package let compensates: SagaKey?
    /// When the first copy was sent; with `compensates`, when the first copy of the command that it undoes was.
    package let firstSent: Timestamp
}
