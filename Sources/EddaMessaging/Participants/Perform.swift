public import EddaCore

/// How a participant executes a command that calls the outside, such as a payment gateway.
///
/// ```swift
/// Perform(ChargeCard.self) { command, key in
///     try await gateway.charge(command.card, cents: command.cents, key: key)
/// } commit: { command, charge, context in
///     try context.update(Order.self, id: command.order) { $0.charged(command.cents, charge.id) }
///     return ChargeCard.Reply(charge: charge.id)
/// }
/// ```
///
/// First the store notes that the command was begun. Then the first closure makes the call, outside any transaction.
/// Then the second one commits what came of it, in one unit with the note that the command is done and with the reply.
///
/// The call may be made again: when the process ends before the commit, when the call has failed, when a compensation
/// has to learn how it ended. It has the same key each time, and other commands never have it. So whatever is called
/// has to recognise the key and answer as it did before; that is what payment gateways have idempotency keys for.
///
/// The first closure throws ``EddaCore/Rejection`` to refuse, when it is certain that the call has had no effect and
/// will have none under this key. Any other error means that nobody knows: the sender is told that it failed, and the
/// same call is made when the sender tries again. It is cancelled when its time is over and when the participant stops;
/// it had better end soon then. After a cancellation the call is made again at the next start.
///
/// Where the sender has asked for no answer, he hears of no failure and does not try again. So the participant makes
/// the call again, with pauses that grow to 5 minutes, also after a restart, until it succeeds or is refused, or was
/// begun so long ago that the outside may have forgotten its key (``ParticipantWorker/Configuration/inboxWindow``).
/// Then `inbox list` shows it for good.
///
/// The second closure is synchronous and may be run again when its commit has to be repeated. It cannot refuse any
/// more: whatever it throws is a failure.
public struct Perform<C: Command, Result: Sendable>: Sendable {
    let timeout: Duration
    let call: @Sendable (C, String) async throws -> Result
    let commit: @Sendable (C, Result, HandlerContext) throws -> C.Reply

    // As with `Handle`: a closure without a `return` fits the initialisers with and without a reply.
    /// A handler that commits the result of its call.
    ///
    /// - Parameters:
    ///   - type: The command.
    ///   - timeout: How long a call may take before it is cancelled and counts as failed; at most a hundred years.
    ///   - call: Calls the outside under a key that names the command and its sender.
    ///   - commit: Writes what came of the call, and makes the reply.
    @_disfavoredOverload
    public init(
        _ type: C.Type,
        timeout: Duration = .seconds(60),
        _ call: @escaping @Sendable (_ command: C, _ key: String) async throws -> Result,
        commit: @escaping @Sendable (_ command: C, _ result: Result, _ context: HandlerContext) throws -> C.Reply
    ) {
        precondition(timeout > .zero, "The timeout of \(C.commandType) is not above zero.")
        self.timeout = min(timeout, InvalidSetting.longest)
        self.call = call
        self.commit = commit
    }

    /// A handler that commits the result of its call, which says all that there is to commit.
    ///
    /// - Parameters:
    ///   - type: The command.
    ///   - timeout: How long a call may take before it is cancelled and counts as failed; at most a hundred years.
    ///   - call: Calls the outside under a key that names the command and its sender.
    ///   - commit: Writes what came of the call, and makes the reply.
    @_disfavoredOverload
    public init(
        _ type: C.Type,
        timeout: Duration = .seconds(60),
        _ call: @escaping @Sendable (_ command: C, _ key: String) async throws -> Result,
        commit: @escaping @Sendable (_ result: Result, _ context: HandlerContext) throws -> C.Reply
    ) {
        self.init(type, timeout: timeout, call, commit: { _, result, context in try commit(result, context) })
    }
}

extension Perform where C.Reply == NoReply {
    /// A handler of a command that has nothing to answer but that it is done.
    ///
    /// - Parameters:
    ///   - type: The command.
    ///   - timeout: How long a call may take before it is cancelled and counts as failed; at most a hundred years.
    ///   - call: Calls the outside under a key that names the command and its sender.
    ///   - commit: Writes what came of the call.
    public init(
        _ type: C.Type,
        timeout: Duration = .seconds(60),
        _ call: @escaping @Sendable (_ command: C, _ key: String) async throws -> Result,
        commit: @escaping @Sendable (_ command: C, _ result: Result, _ context: HandlerContext) throws -> Void
    ) {
        let answer: @Sendable (C, Result, HandlerContext) throws -> NoReply = { command, result, context in
            try commit(command, result, context)
            return NoReply()
        }
        self.init(type, timeout: timeout, call, commit: answer)
    }

    /// A handler of a command that has nothing to answer but that it is done, and whose result says all that there is
    /// to commit.
    ///
    /// - Parameters:
    ///   - type: The command.
    ///   - timeout: How long a call may take before it is cancelled and counts as failed; at most a hundred years.
    ///   - call: Calls the outside under a key that names the command and its sender.
    ///   - commit: Writes what came of the call.
    public init(
        _ type: C.Type,
        timeout: Duration = .seconds(60),
        _ call: @escaping @Sendable (_ command: C, _ key: String) async throws -> Result,
        commit: @escaping @Sendable (_ result: Result, _ context: HandlerContext) throws -> Void
    ) {
        self.init(type, timeout: timeout, call, commit: { _, result, context in try commit(result, context) })
    }
}
