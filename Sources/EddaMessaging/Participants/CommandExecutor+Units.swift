internal import EddaCore

// What the units of an executor are made of.
extension CommandExecutor {
    /// Asks the inbox what to do, does it, and puts the replies into the outbox.
    ///
    /// What is not in the inbox was not executed, unless it was first sent so long ago that the inbox may have
    /// forgotten it. Then nothing is done and nothing is recorded: what a compensation undoes may still come, and then
    /// the same compensation has work to do.
    ///
    /// - Parameters:
    ///   - message: The command.
    ///   - askers: The messages with this command that are answered.
    ///   - act: Does what is to be done about a command that has no outcome. It gets the command's entry, if it was
    ///     begun, and the message of the command that it undoes, if that was begun and has no outcome.
    func dealWith(
        _ message: Message,
        answering askers: [Message],
        in transaction: any WriteTransaction,
        act: (_ own: InboxEntry?, _ undone: Message?) throws -> Step
    ) throws -> Step {
        let (own, decision) = try decision(about: message, in: transaction)
        let step: Step
        switch decision {
        case .answer(let stored): step = .concluded(stored)
        case .execute where own == nil && message.compensates == nil && isExpired(message, at: transaction.now.wall),
            .skip(leavingTombstone: true) where isExpired(message, at: transaction.now.wall),
            .keepOut where isExpired(message, at: transaction.now.wall):
            step = .concluded(.expired(reason: expired(message)))
        case .keepOut:
            if leavesTombstones { try record(.tombstone, of: message, in: transaction) }
            step = .concluded(.rejected(.withdrawn))
        case .execute: step = try act(own, nil)
        case .settleFirst(let undone): step = try act(own, undone)
        case .skip(let leavingTombstone):
            if leavingTombstone, leavesTombstones, let undone = message.compensates {
                try transaction.recordInbox(entry(message.inboxKey(undone), .tombstone, at: transaction.now.wall))
            }
            try record(.done(.succeeded([])), of: message, in: transaction)
            step = .concluded(.succeeded([]))
        }
        if case .concluded(let outcome) = step {
            for asker in askers { try enqueueReply(outcome, to: asker, in: transaction) }
        }
        return step
    }

    /// What the inbox has of a command, and what is to be done about it.
    func decision(
        about message: Message,
        in transaction: any ReadTransaction
    ) throws -> (own: InboxEntry?, decision: InboxDecision) {
        let consumer = participant.name.rawValue
        let own = try transaction.inboxEntry(consumer: consumer, key: message.inboxKey(message.idempotencyKey))
        let undone = try message.compensates.flatMap {
            try transaction.inboxEntry(consumer: consumer, key: message.inboxKey($0))?.state
        }
        let decision = InboxDecision(
            own: own?.state,
            isCompensation: message.compensates != nil,
            undone: undone,
            isWithdrawal: message.isWithdrawal
        )
        if case .settleFirst = decision, !waitsForUndone { return (own, .execute) }
        return (own, decision)
    }

    /// Runs what a handler does, and notes that the command is done.
    func run(
        _ execute: Participant.Entry.Execute,
        _ message: Message,
        in transaction: any WriteTransaction
    ) throws -> CommandOutcome {
        let context = HandlerContext(
            transaction: transaction,
            message: message,
            participant: participant.name,
            schema: store.schema
        )
        let outcome = CommandOutcome.succeeded(try execute(context))
        try record(.done(outcome), of: message, in: transaction)
        return outcome
    }

    func record(_ state: InboxEntry.State, of message: Message, in transaction: any WriteTransaction) throws {
        try transaction.recordInbox(entry(message.inboxKey(message.idempotencyKey), state, at: transaction.now.wall))
    }

    private func entry(_ key: String, _ state: InboxEntry.State, at time: Timestamp) -> InboxEntry {
        InboxEntry(consumer: participant.name.rawValue, key: key, state: state, recordedAt: time)
    }

    func enqueueReply(_ outcome: CommandOutcome, to message: Message, in transaction: any WriteTransaction) throws {
        let reply = ReplyMessage.make(
            outcome: outcome,
            to: message,
            from: participant.name,
            time: transaction.now.wall,
            contentType: store.schema.codec.contentType
        )
        if let reply { try transaction.enqueue(reply) }
    }

    /// Whether a message was first sent so long ago that the inbox may have forgotten it.
    func isExpired(_ message: Message, at now: Timestamp) -> Bool {
        isForgotten(message, since: message.firstSent ?? message.time, at: now)
    }

    /// Whether it is so long ago that what is known of a message may be forgotten.
    ///
    /// An alert never is: one that is given twice does less harm than one that nobody gets.
    func isForgotten(_ message: Message, since time: Timestamp, at now: Timestamp) -> Bool {
        message.type != AlertMessage.type && inboxWindow.hasPassed(since: time, at: now)
    }

    private func expired(_ message: Message) -> String {
        let place = "the inbox of the participant \(participant.name) may have forgotten whether it was executed"
        let firstSent = message.firstSent ?? message.time
        guard let undone = message.compensates else {
            if message.isWithdrawal {
                return
                    "The withdrawal of \(message.type) is expired: it was first sent at \(firstSent), and \(place). Find out."
            }
            return "The command \(message.type) is expired: it was first sent at \(firstSent), and \(place). Find out."
        }
        return "The compensation \(message.type) is expired: the command \(undone) that it undoes was first sent at "
            + "\(firstSent), and \(place). Find out, and undo it by hand if it was."
    }
}
