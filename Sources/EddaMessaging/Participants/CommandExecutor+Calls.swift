internal import EddaCore
internal import Logging

// What was begun is gone on with, apart from its delivery.
extension CommandExecutor {
    /// The pauses between the tries of a call whose failure nobody wants to hear of.
    private static let unheard = RetryPolicy.exponential(attempts: nil, initial: .seconds(1), cap: .seconds(300))
    /// After how many failures in a row such a call is worth a warning.
    private static let conspicuous = 10

    /// A call took longer than it may.
    private struct TimedOut: Error, CustomStringConvertible {
        let timeout: Duration
        var description: String { "The call took longer than \(timeout) and was cancelled." }
    }

    /// Notes that a command was begun.
    ///
    /// - Returns: The message that is kept: that of the first copy.
    func begin(
        _ message: Message,
        _ own: InboxEntry?,
        hasRoom: Bool,
        in transaction: any WriteTransaction
    ) throws -> Message {
        guard hasRoom else { throw Busy() }
        if case .started(let kept) = own?.state { return kept }
        let kept = own?.state.openMessage ?? message
        try record(.started(kept), of: message, in: transaction)
        return kept
    }

    /// Brings a command that was begun to its end: makes its call, and commits what came of it.
    func goOn(with call: CallBook.Call) async -> CallBook.Ending {
        do {
            let message = call.message
            let (own, decision) = try await store.persistently(logger) {
                try await store.readBriefly { try self.decision(about: message, in: $0) }
            }
            guard own?.state.openMessage != nil else {
                // It has its outcome already; whoever asked since gets it.
                try await conclude(call, desk.takeAskers(of: call.key)) { _ in throw Vanished() }
                return .concluded
            }
            switch decision {
            case .settleFirst(let undone):
                guard let obstacle = call.obstacle else {
                    return .waits(for: undone, key: undone.inboxKey(undone.idempotencyKey))
                }
                return try await fail(call, "The command \(undone.type) that it undoes has no outcome: \(obstacle)")
            case .skip(leavingTombstone: true) where isExpired(message, at: store.time.now().wall):
                return try await expire(call)
            case .answer, .skip, .keepOut:
                // What it undoes had no effect, so there is nothing to do.
                try await conclude(call, askers(of: call)) { _ in throw Vanished() }
                return .concluded
            case .execute: break
            }
            guard let entry = participant.handlers[message.type] else {
                return stop(call, "The participant \(participant.name) has no handler for \(message.type) any more.")
            }
            switch try entry.prepare(message.data, store.schema) {
            case .handle(let execute): return try await carryOut(call, execute)
            case .perform(let timeout, let make): return try await perform(call, timeout, make)
            }
        } catch  where error is CancellationError || (error as? StoreError)?.code == .closed {
            return .stopped(reason: "The participant was stopped.")
        } catch {
            return stop(call, "\(error)")
        }
    }

    /// Executes what had to wait for what it undoes.
    private func carryOut(
        _ call: CallBook.Call,
        _ execute: @escaping Participant.Entry.Execute
    ) async throws -> CallBook.Ending {
        let askers = askers(of: call)
        do {
            try await conclude(call, askers) { try run(execute, call.message, in: $0) }
        } catch let rejection as Rejection {
            try await conclude(call, askers) { transaction in
                try record(.done(.rejected(rejection)), of: call.message, in: transaction)
                return .rejected(rejection)
            }
        } catch  where isOfHandler(error) {
            return try await fail(call, "\(error)", askers)
        }
        return .concluded
    }

    /// Makes a call and commits what came of it.
    private func perform(
        _ call: CallBook.Call,
        _ timeout: Duration,
        _ make: @escaping Participant.Entry.Call
    ) async throws -> CallBook.Ending {
        let message = call.message
        if isForgotten(message, since: message.time, at: store.time.now().wall) {
            return try await expire(call)
        }
        let commit: Participant.Entry.Execute
        do {
            commit = try await within(timeout) { try await make(call.key) }
        } catch let rejection as Rejection {
            try await conclude(call, askers(of: call)) { transaction in
                try record(.done(.rejected(rejection)), of: message, in: transaction)
                return .rejected(rejection)
            }
            return .concluded
        } catch  where Task.isCancelled {
            // How it ended is not known. It is called again at the next start.
            throw CancellationError()
        } catch {
            return try await fail(call, "\(error)")
        }
        let askers = askers(of: call)
        do {
            try await conclude(call, askers) { try run(commit, message, in: $0) }
            return .concluded
        } catch  where isOfHandler(error) {
            return try await fail(
                call,
                "The call was made, but what came of it could not be committed: \(error)",
                askers
            )
        }
    }

    /// What nobody expects to be missing is not there.
    private struct Vanished: Error {}

    /// Commits an outcome and answers those who asked, or answers with the outcome that is there meanwhile.
    private func conclude(
        _ call: CallBook.Call,
        _ askers: [Message],
        with act: @escaping @Sendable (any WriteTransaction) throws -> CommandOutcome
    ) async throws {
        try await store.persistently(logger) {
            try await store.write { transaction in
                _ = try dealWith(call.message, answering: askers, in: transaction) { _, undone in
                    guard undone == nil else { throw Vanished() }
                    return .concluded(try act(transaction))
                }
            }
        }
    }

    /// Tells those who asked that a call has failed, and notes that its end is not known.
    ///
    /// Where the sender does not want to hear of it, he will not try again: it stays begun, and is tried again until it
    /// has an outcome, also after a restart. Whoever has asked for it since is told.
    private func fail(_ call: CallBook.Call, _ reason: String, _ taken: [Message]? = nil) async throws
        -> CallBook.Ending
    {
        let askers = taken ?? askers(of: call)
        let outcome = CommandOutcome.failed(reason: reason, isRetriable: true)
        guard call.message.replyTo == nil else {
            try await leaveOpen(call, askers, outcome, reason)
            return .failed(reason: reason)
        }
        let listeners = askers.filter { $0.replyTo != nil }
        if !listeners.isEmpty { try await leaveOpen(call, listeners, outcome, nil) }
        let failures = call.failures + 1
        if failures == Self.conspicuous {
            warn("A command whose failure nobody hears of fails again and again; it is tried on.", call, reason)
        }
        let pause = Self.unheard.pause(afterAttempt: failures, entropy: .random(in: 0 ... .max)) ?? Self.unheard.cap
        return .tryAgain(after: max(pause, .milliseconds(100)), reason: reason)
    }

    /// Makes no call that was begun so long ago that the outside may have forgotten its key.
    private func expire(_ call: CallBook.Call) async throws -> CallBook.Ending {
        let reason =
            "The command \(call.message.type) is expired: it was begun at \(call.message.time) or later, how that ended "
            + "is not known, and to call again so late might do it twice. Find out."
        warn("A command that was begun long ago is not gone on with; `inbox list` shows it.", call, reason)
        try await leaveOpen(call, askers(of: call), .expired(reason: reason), reason)
        return .failed(reason: reason)
    }

    /// Answers those who asked for a call without an outcome.
    ///
    /// - Parameter reason: Why it is not gone on with; `nil` when it is.
    private func leaveOpen(
        _ call: CallBook.Call,
        _ askers: [Message],
        _ outcome: CommandOutcome,
        _ reason: String?
    ) async throws {
        try await store.persistently(logger) {
            try await store.write { transaction in
                let own = try decision(about: call.message, in: transaction).own
                if case .done(let stored)? = own?.state {
                    for asker in askers { try enqueueReply(stored, to: asker, in: transaction) }
                } else {
                    if let reason {
                        try record(.unresolved(call.message, reason: reason), of: call.message, in: transaction)
                    }
                    // One call has failed, however many copies of the command have joined it: a sender that counts
                    // failures is told of one.
                    if let asker = askers.last { try enqueueReply(outcome, to: asker, in: transaction) }
                }
            }
        }
    }

    /// Leaves a command begun, for a program that can go on with it.
    private func stop(_ call: CallBook.Call, _ reason: String) -> CallBook.Ending {
        warn("A command that was begun cannot be gone on with; `inbox list` shows it.", call, reason)
        return .stopped(reason: reason)
    }

    private func warn(_ text: Logger.Message, _ call: CallBook.Call, _ reason: String) {
        logger.warning(
            text,
            metadata: ["command": "\(call.message.type)", "key": "\(call.key)", "reason": "\(reason)"]
        )
    }

    /// Those who are owed an answer by now.
    private func askers(of call: CallBook.Call) -> [Message] {
        let askers = desk.takeAskers(of: call.key)
        guard call.answersKept, !askers.contains(where: { $0.id == call.message.id }) else { return askers }
        return [call.message] + askers
    }

    /// Whether a unit failed for what its handler threw, rather than for the store.
    private func isOfHandler(_ error: any Error) -> Bool {
        !(error is CancellationError) && (error as? StoreError)?.code != .closed
    }

    /// Runs `body` for so long at most; then cancels it.
    ///
    /// What it returns all the same counts.
    private func within<Result: Sendable>(
        _ timeout: Duration,
        _ body: @escaping @Sendable () async throws -> Result
    ) async throws -> Result {
        let time = store.time
        return try await withThrowingTaskGroup(of: Result?.self) { group in
            group.addTask { try await body() }
            group.addTask {
                try await time.sleep(for: timeout)
                return nil
            }
            defer { group.cancelAll() }
            if let result = try await group.next() ?? nil { return result }
            group.cancelAll()
            let late = try? await group.next() ?? nil
            guard let late else { throw TimedOut(timeout: timeout) }
            return late
        }
    }
}
