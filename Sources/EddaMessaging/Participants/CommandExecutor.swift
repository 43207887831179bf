package import EddaCore
package import Logging

/// Executes one command through the inbox: its effects, the note that it is done, and the reply are one commit.
///
/// The inbox is looked up inside the unit that writes it, and units run one after another. So of two duplicates that
/// arrive at once the second finds the note of the first, and no further lock is needed.
///
/// A command that calls the outside is only begun by its delivery: that it was is one commit, and ``goOn(with:)`` does
/// the rest. So is a compensation of a command that was begun and has no outcome.
///
/// A withdrawal of a command that is done, or has not come, is dealt with by the inbox alone: no handler is asked, and
/// none need be there. One that finds a call begun has it gone on with, and repeated when it has failed: that is the
/// only way to learn its end, and it can take effect then for the first time.
package struct CommandExecutor: Sendable {
    package var participant: Participant
    let store: any Store
    let logger: Logger
    /// For how long the inbox remembers what was done.
    let inboxWindow: InboxWindow
    /// Where what was begun is gone on with.
    let desk: CallDesk
    /// Whether what was begun is gone on with at once, by whoever brings the delivery.
    private let isAlone: Bool
    /// Whether a command that was cancelled before it came is noted; only a test of this package wants it otherwise.
    package var leavesTombstones = true
    /// Whether a compensation waits for what it undoes; likewise.
    package var waitsForUndone = true

    /// An executor whose desk is run by the participant's worker.
    init(participant: Participant, store: any Store, logger: Logger, inboxWindow: InboxWindow, desk: CallDesk) {
        isAlone = false
        self.participant = participant
        self.store = store
        self.logger = logger
        self.inboxWindow = inboxWindow
        self.desk = desk
    }

    /// An executor without a worker.
    ///
    /// - Parameter isAlone: Whether the calls of a command are made before its delivery is done; otherwise
    ///   ``takeBegun()`` hands them out.
    package init(
        participant: Participant,
        store: any Store,
        logger: Logger,
        inboxWindow: InboxWindow,
        isAlone: Bool = true
    ) {
        self.isAlone = isAlone
        self.participant = participant
        self.store = store
        self.logger = logger
        self.inboxWindow = inboxWindow
        desk = CallDesk(limit: isAlone ? 1 : participant.calls, capacity: 1_000, time: store.time)
    }

    /// The data of a command does not fit its type.
    private struct Undecodable: Error {
        let reason: String
    }

    /// So much was begun that no more is.
    struct Busy: Error {}

    /// What a unit has done about a command.
    enum Step: Sendable {
        /// It has an outcome, and the reply is in the outbox.
        case concluded(CommandOutcome)
        /// It was begun, now or before; this is the message that is kept.
        case begun(Message)
    }

    /// Executes a command and tells what became of its delivery.
    package func execute(_ message: Message) async -> Settlement.Fate {
        if message.isWithdrawal { return await withdraw(message) }
        guard let entry = participant.handlers[message.type] else { return await refuseUnknown(message) }
        let schema = store.schema
        // Decoded here rather than on the store's writing thread.
        let work = Result { try entry.prepare(message.data, schema) }
        let hasRoom = desk.hasRoom(for: message.inboxKey(message.idempotencyKey), of: message.type)
        do {
            let step = try await store.write { transaction in
                try dealWith(message, answering: [message], in: transaction) { own, undone in
                    let decoded: Participant.Entry.Work
                    do {
                        decoded = try work.get()
                    } catch {
                        throw Undecodable(reason: undecodable(message, error))
                    }
                    guard undone == nil, case .handle(let execute) = decoded else {
                        return .begun(try begin(message, own, hasRoom: hasRoom, in: transaction))
                    }
                    return .concluded(try run(execute, message, in: transaction))
                }
            }
            return await follow(step, message)
        } catch let rejection as Rejection {
            return await conclude(message, .rejected(rejection), isRecorded: true)
        } catch let error as Undecodable {
            return await refuse(message, error.reason)
        } catch is Busy {
            return .handedBack(reason: busy(message.type))
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

    /// Answers what became of a command, and keeps it out when nothing did.
    ///
    /// A call that was begun is brought to its end first: it may have had its effect. One that goes wrong again has
    /// still no outcome, and is answered as failed, so that the sender asks again.
    private func withdraw(_ message: Message) async -> Settlement.Fate {
        let hasRoom = desk.hasRoom(for: message.inboxKey(message.idempotencyKey), of: message.type)
        do {
            let step = try await store.write { transaction in
                try dealWith(message, answering: [message], in: transaction) { own, _ in
                    .begun(try begin(message, own, hasRoom: hasRoom, in: transaction))
                }
            }
            return await follow(step, message)
        } catch is Busy {
            return .handedBack(reason: busy(message.type))
        } catch {
            return .handedBack(reason: "\(error)")
        }
    }

    /// What follows from what a unit has done.
    private func follow(_ step: Step, _ message: Message) async -> Settlement.Fate {
        switch step {
        case .begun(let kept):
            desk.admit(kept, key: message.inboxKey(message.idempotencyKey), asker: message)
            if isAlone { await desk.runReady { await goOn(with: $0) } }
        case .concluded(.expired(let reason)) where message.replyTo == nil:
            // Nobody would hear of it, so the message becomes its sender's dead letter.
            return .refused(reason: reason)
        case .concluded: break
        }
        return .acknowledged
    }

    private func busy(_ type: MessageType) -> String {
        "The participant \(participant.name) has \(desk.count(of: type)) commands \(type) under way and takes no more of "
            + "them now."
    }

    /// Answers a command whose execution left nothing behind, in a unit of its own.
    ///
    /// A failure that may pass is not recorded, so that the same command, sent again, is executed again.
    ///
    /// - Parameter isUnderstood: Whether this program could execute it. Where it could not, but another one has begun
    ///   it, nobody knows how that ended.
    private func conclude(
        _ message: Message,
        _ outcome: CommandOutcome,
        isRecorded: Bool,
        isUnderstood: Bool = true
    ) async -> Settlement.Fate {
        do {
            try await store.write { transaction in
                // A duplicate may have been executed since; then its outcome is the answer.
                _ = try dealWith(message, answering: [message], in: transaction) { own, _ in
                    if !isUnderstood, let own {
                        let reason = "It was begun at \(own.recordedAt), and this program cannot go on with it."
                        return .concluded(.failed(reason: reason, isRetriable: true))
                    }
                    if isRecorded { try record(.done(outcome), of: message, in: transaction) }
                    return .concluded(outcome)
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
    /// sender's dead letter. The failure of a compensation is not recorded, so that it can succeed when it is sent
    /// again to a participant that has been corrected.
    private func refuse(_ message: Message, _ reason: String) async -> Settlement.Fate {
        guard message.replyTo != nil else { return .refused(reason: reason) }
        logger.warning(
            "A command cannot be executed; its sender is told that it has failed for good.",
            metadata: ["command": "\(message.type)", "message": "\(message.id)", "reason": "\(reason)"]
        )
        let outcome = CommandOutcome.failed(reason: reason, isRetriable: false)
        return await conclude(message, outcome, isRecorded: message.compensates == nil, isUnderstood: false)
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
