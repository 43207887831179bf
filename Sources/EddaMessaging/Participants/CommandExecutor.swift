package import EddaCore
package import Logging

/// Executes one command through the inbox: its effects, the note that it is done, and the reply are one commit.
///
/// The inbox is looked up inside the unit that writes it, and units run one after another. So of two duplicates that
/// arrive at once the second finds the note of the first, and no further lock is needed.
package struct CommandExecutor: Sendable {
    let participant: Participant
    let store: any Store
    let logger: Logger
    /// For how long the inbox remembers what was done.
    let inboxWindow: InboxWindow

    /// Whether a command that was cancelled before it came is noted; only a test of this package wants it otherwise.
    package var leavesTombstones = true

    /// An executor of a participant's commands, on its store.
    package init(participant: Participant, store: any Store, logger: Logger, inboxWindow: InboxWindow) {
        self.participant = participant
        self.store = store
        self.logger = logger
        self.inboxWindow = inboxWindow
    }

    /// The data of a command does not fit its type.
    private struct Undecodable: Error {
        let reason: String
    }

    /// Executes a command and tells what became of its delivery.
    package func execute(_ message: Message) async -> Settlement.Fate {
        guard let entry = participant.handlers[message.type] else { return await refuseUnknown(message) }
        let schema = store.schema
        // Decoded here rather than on the store's writing thread.
        let execution = Result { try entry.prepare(message.data, schema) }
        do {
            let outcome = try await store.write { transaction in
                try dealWith(message, in: transaction) {
                    let execute: Participant.Entry.Execute
                    do {
                        execute = try execution.get()
                    } catch {
                        throw Undecodable(reason: undecodable(message, error))
                    }
                    let context = HandlerContext(
                        transaction: transaction,
                        message: message,
                        participant: participant.name,
                        schema: schema
                    )
                    let outcome = CommandOutcome.succeeded(try execute(context))
                    try record(outcome, of: message, in: transaction)
                    return outcome
                }
            }
            // Nobody would hear of it, so the message becomes its sender's dead letter.
            if case .expired(let reason) = outcome, message.replyTo == nil { return .refused(reason: reason) }
            return .acknowledged
        } catch let rejection as Rejection {
            return await conclude(message, .rejected(rejection), isRecorded: true)
        } catch let error as Undecodable {
            return await refuse(message, error.reason)
        } catch {
            if isPassing(error) { return .handedBack(reason: "\(error)") }
            logger.debug(
                "A command failed.",
                metadata: ["command": "\(message.type)", "message": "\(message.id)", "error": "\(error)"]
            )
            guard message.replyTo != nil else { return .handedBack(reason: "\(error)") }
            return await conclude(message, .failed(reason: "\(error)", isRetriable: true), isRecorded: false)
        }
    }

    /// Answers a command whose execution left nothing behind, in a unit of its own.
    ///
    /// A failure that may pass is not recorded, so that the same command, sent again, is executed again.
    private func conclude(_ message: Message, _ outcome: CommandOutcome, isRecorded: Bool) async -> Settlement.Fate {
        do {
            _ = try await store.write { transaction in
                // A duplicate may have been executed since; then its outcome is the answer.
                try dealWith(message, in: transaction) {
                    if isRecorded { try record(outcome, of: message, in: transaction) }
                    return outcome
                }
            }
            return .acknowledged
        } catch {
            return .handedBack(reason: "\(error)")
        }
    }

    private func refuseUnknown(_ message: Message) async -> Settlement.Fate {
        let known = participant.commandTypes.sorted().map(\.rawValue).joined(separator: ", ")
        let reason =
            "The participant \(participant.name) has no handler for commands of type \(message.type); it has \(known). "
            + "Add a Handle for it, or correct the command's destination."
        return await refuse(message, reason)
    }

    /// Deals with a command that can never be executed as it is.
    ///
    /// Whoever waits for an answer gets one, and the delivery is done: a dead letter would hold up what the sender does
    /// about the answer, such as a compensation of the same partition key. Without an answer the command becomes its
    /// sender's dead letter. The failure of a compensation is not recorded, so that it can succeed when it is sent again
    /// to a participant that has been corrected.
    private func refuse(_ message: Message, _ reason: String) async -> Settlement.Fate {
        guard message.replyTo != nil else { return .refused(reason: reason) }
        logger.warning(
            "A command cannot be executed; its sender is told that it has failed for good.",
            metadata: ["command": "\(message.type)", "message": "\(message.id)", "reason": "\(reason)"]
        )
        let outcome = CommandOutcome.failed(reason: reason, isRetriable: false)
        return await conclude(message, outcome, isRecorded: message.compensates == nil)
    }

    /// Asks the inbox what to do, does it, and puts the reply into the outbox.
    ///
    /// What is not in the inbox was not executed, unless it was first sent so long ago that the inbox may have forgotten
    /// it. Then nothing is done and nothing is recorded: what a compensation undoes may still come, and then the same
    /// compensation has work to do.
    private func dealWith(
        _ message: Message,
        in transaction: any WriteTransaction,
        execute: () throws -> CommandOutcome
    ) throws -> CommandOutcome {
        let consumer = participant.name.rawValue
        let own = try transaction.inboxEntry(consumer: consumer, key: message.inboxKey(message.idempotencyKey))?.state
        let undoneKey = message.compensates.map(message.inboxKey)
        let undone = try undoneKey.flatMap { try transaction.inboxEntry(consumer: consumer, key: $0)?.state }
        let outcome: CommandOutcome
        switch InboxDecision(own: own, isCompensation: message.compensates != nil, undone: undone) {
        case .answer(let stored): outcome = stored
        case .execute where message.compensates == nil && isExpired(message, at: transaction.now.wall),
            .skip(leavingTombstone: true) where isExpired(message, at: transaction.now.wall):
            outcome = .expired(reason: expired(message))
        case .execute: outcome = try execute()
        case .settleFirst(let undone):
            let reason = "The command \(undone.type) that it undoes is under way."
            outcome = .failed(reason: reason, isRetriable: true)
        case .skip(let leavingTombstone):
            if leavingTombstone, leavesTombstones, let key = undoneKey {
                let now = transaction.now.wall
                try transaction.recordInbox(
                    InboxEntry(consumer: consumer, key: key, state: .tombstone, recordedAt: now)
                )
            }
            outcome = .succeeded([])
            try record(outcome, of: message, in: transaction)
        }
        try enqueueReply(outcome, to: message, in: transaction)
        return outcome
    }

    private func isExpired(_ message: Message, at now: Timestamp) -> Bool {
        inboxWindow.hasPassed(since: message.firstSent ?? message.time, at: now)
    }

    private func expired(_ message: Message) -> String {
        let place = "the inbox of the participant \(participant.name) may have forgotten whether it was executed"
        let firstSent = message.firstSent ?? message.time
        guard let undone = message.compensates else {
            return "The command \(message.type) is expired: it was first sent at \(firstSent), and \(place). Find out."
        }
        return "The compensation \(message.type) is expired: the command \(undone) that it undoes was first sent at "
            + "\(firstSent), and \(place). Find out, and undo it by hand if it was."
    }

    private func record(_ outcome: CommandOutcome, of message: Message, in transaction: any WriteTransaction) throws {
        try transaction.recordInbox(
            InboxEntry(
                consumer: participant.name.rawValue,
                key: message.inboxKey(message.idempotencyKey),
                state: .done(outcome),
                recordedAt: transaction.now.wall
            )
        )
    }

    private func enqueueReply(
        _ outcome: CommandOutcome,
        to message: Message,
        in transaction: any WriteTransaction
    ) throws {
        let reply = ReplyMessage.make(
            outcome: outcome,
            to: message,
            from: participant.name,
            time: transaction.now.wall,
            contentType: store.schema.codec.contentType
        )
        if let reply { try transaction.enqueue(reply) }
    }

    private func undecodable(_ message: Message, _ error: any Error) -> String {
        "The command \(message.type) with the idempotency key \(message.idempotencyKey) does not decode at the "
            + "participant \(participant.name): \(error)"
    }

    /// Whether the delivery itself shall come again: the trouble is the store's and passes, or the work was stopped.
    private func isPassing(_ error: any Error) -> Bool {
        if error is CancellationError || StoreError.isPassing(error) { return true }
        return (error as? StoreError)?.code == .closed
    }
}
