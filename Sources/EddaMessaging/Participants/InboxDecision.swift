internal import EddaCore

/// What is to be done with a command, as its consumer's inbox has it.
enum InboxDecision: Equatable {
    /// It is a duplicate, or was cancelled before it came; this is the answer, and nothing is done.
    case answer(CommandOutcome)
    /// It is executed.
    case execute
    /// It undoes a command that was begun and has no outcome; that one, which is kept, is brought to its end first.
    case settleFirst(Message)
    /// It undoes a command that had no effect, so it is done without being executed.
    ///
    /// Where that command has not come at all, a tombstone makes sure that it is refused when it does.
    case skip(leavingTombstone: Bool)
    /// It takes back a command that has not come: a tombstone makes sure that it is refused when it does.
    case keepOut

    /// The refusal of a command whose compensation or withdrawal came first.
    static let cancelled = Rejection(
        "edda.cancelled",
        "The command was cancelled: its compensation, or its withdrawal, arrived before it did."
    )

    /// Decides about a command.
    ///
    /// - Parameters:
    ///   - own: What the inbox has under the command's own idempotency key.
    ///   - isCompensation: Whether it undoes another command.
    ///   - undone: What the inbox has under the key of the command that it undoes.
    ///   - isWithdrawal: Whether it takes its own command back. What was begun cannot be taken back: it is gone on with, so
    ///     that the answer is the truth.
    init(own: InboxEntry.State?, isCompensation: Bool, undone: InboxEntry.State?, isWithdrawal: Bool = false) {
        switch (own, isCompensation, undone) {
        case (.done(let outcome), _, _): self = .answer(outcome)
        case (.tombstone, _, _) where isWithdrawal: self = .answer(.rejected(.withdrawn))
        case (nil, _, _) where isWithdrawal: self = .keepOut
        case (.tombstone, _, _): self = .answer(.rejected(Self.cancelled))
        // What was begun and has no outcome is gone on with.
        case (_, false, _), (_, true, .done(.succeeded)): self = .execute
        case (_, true, nil): self = .skip(leavingTombstone: true)
        case (_, true, .started(let message)), (_, true, .unresolved(let message, _)): self = .settleFirst(message)
        case (_, true, .tombstone), (_, true, .done): self = .skip(leavingTombstone: false)
        }
    }
}
