package import EddaCore

/// One command of a step and what has come of it so far: a step has one forward, and perhaps one that undoes it.
package struct Exchange: Codable, Hashable, Sendable {
    /// The command; kept as long as it may have to be sent.
    package var command: OutgoingCommand?
    /// How often it was tried: the first sending, and one more after each failure that left some budget.
    package var attempts = 0
    /// How many `failed` replies there were.
    package var failures = 0
    /// How often it was sent in all.
    package var sends = 0
    /// How often it was sent again for lack of an answer since the last try.
    package var resends = 0
    /// When it was first sent.
    package var firstSentAt: Moment?
    /// When it was last sent; the time until the deadline counts from here.
    package var sentAt: Moment?
    /// Whether that time does not run yet, since a call in a process has not been seen to have begun there.
    package var isOnHold = false
    /// When to send it again: for lack of an answer, or as another try after a failure.
    package var due: Moment?
    /// When waiting for an answer ends.
    package var deadline: Moment?
    /// The id of the last reply that counted, so that a duplicate of it is recognised.
    package var lastReplyID: String?
    /// The kind of the reply that settled it.
    package var outcome: String?
    /// The kinds of replies that were recorded as ignored; each is recorded once.
    package var ignored: [String] = []
    /// How many of the failures an operator has forgiven; the others count against the budget.
    package var forgiven = 0
    /// Which idempotency key is in use, from 1.
    ///
    /// Another one is needed when an operator has a command tried again that the participant has answered for good:
    /// under the old key it would answer the same without executing anything.
    package var round = 1
    /// Whether the participant keeps its answer, and gives it to every further copy of the command.
    package var isAnsweredForGood = false
    /// Whether the command is taken back: every copy that leaves asks for the truth, and none for being executed.
    package var isBeingWithdrawn = false
    /// How many of the sendings do not count when it is found out whether it is sent too often in too short a time.
    package var pacedFrom = 0
    /// Since when the others count; `nil` means since the first.
    package var pacedSince: Moment?

    /// Whether there are copies of the command of which nothing was heard: more were sent than have failed.
    var hasOutstandingCopies: Bool { sends > failures }

    /// How many failures count against the budget.
    var spent: Int { failures - forgiven }

    mutating func settle(_ outcome: CommandOutcome) {
        self.outcome = outcome.kind
        stopWaiting()
    }

    /// Leaves the time out of account in which a call was on hold, or waited in a process.
    mutating func hold(until moment: Moment) {
        guard let since = sentAt, moment.boot != since.boot || moment.elapsed(since: since) > .zero else { return }
        deadline = deadline.map { moment.advanced(by: $0.remaining(from: since)) }
        sentAt = moment
    }

    /// Neither sends again nor runs out of time.
    mutating func stopWaiting() {
        isOnHold = false
        due = nil
        deadline = nil
    }
}

// Most exchanges of a stored saga have not begun, and most numbers of the others are zero. Only what says something is
// written: an instance is read and written with every transition.
extension Exchange {
    private enum CodingKeys: String, CodingKey {
        case command, attempts, failures, sends, resends, firstSentAt, sentAt, isOnHold, due, deadline
        case lastReplyID, outcome, ignored, forgiven, round, isAnsweredForGood, isBeingWithdrawn, pacedFrom, pacedSince
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        command = try container.decodeIfPresent(OutgoingCommand.self, forKey: .command)
        attempts = try container.decodeIfPresent(Int.self, forKey: .attempts) ?? 0
        failures = try container.decodeIfPresent(Int.self, forKey: .failures) ?? 0
        sends = try container.decodeIfPresent(Int.self, forKey: .sends) ?? 0
        resends = try container.decodeIfPresent(Int.self, forKey: .resends) ?? 0
        firstSentAt = try container.decodeIfPresent(Moment.self, forKey: .firstSentAt)
        sentAt = try container.decodeIfPresent(Moment.self, forKey: .sentAt)
        isOnHold = try container.decodeIfPresent(Bool.self, forKey: .isOnHold) ?? false
        due = try container.decodeIfPresent(Moment.self, forKey: .due)
        deadline = try container.decodeIfPresent(Moment.self, forKey: .deadline)
        lastReplyID = try container.decodeIfPresent(String.self, forKey: .lastReplyID)
        outcome = try container.decodeIfPresent(String.self, forKey: .outcome)
        ignored = try container.decodeIfPresent([String].self, forKey: .ignored) ?? []
        forgiven = try container.decodeIfPresent(Int.self, forKey: .forgiven) ?? 0
        round = try container.decodeIfPresent(Int.self, forKey: .round) ?? 1
        isAnsweredForGood = try container.decodeIfPresent(Bool.self, forKey: .isAnsweredForGood) ?? false
        isBeingWithdrawn = try container.decodeIfPresent(Bool.self, forKey: .isBeingWithdrawn) ?? false
        pacedFrom = try container.decodeIfPresent(Int.self, forKey: .pacedFrom) ?? 0
        pacedSince = try container.decodeIfPresent(Moment.self, forKey: .pacedSince)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encodeIfPresent(command, forKey: .command)
        for (count, key) in [
            (attempts, CodingKeys.attempts), (failures, .failures), (sends, .sends), (resends, .resends),
            (forgiven, .forgiven), (pacedFrom, .pacedFrom),
        ] where count != 0 {
            try container.encode(count, forKey: key)
        }
        try container.encodeIfPresent(firstSentAt, forKey: .firstSentAt)
        try container.encodeIfPresent(sentAt, forKey: .sentAt)
        if isOnHold { try container.encode(true, forKey: .isOnHold) }
        try container.encodeIfPresent(due, forKey: .due)
        try container.encodeIfPresent(deadline, forKey: .deadline)
        try container.encodeIfPresent(lastReplyID, forKey: .lastReplyID)
        try container.encodeIfPresent(outcome, forKey: .outcome)
        if !ignored.isEmpty { try container.encode(ignored, forKey: .ignored) }
        if round != 1 { try container.encode(round, forKey: .round) }
        if isAnsweredForGood { try container.encode(true, forKey: .isAnsweredForGood) }
        if isBeingWithdrawn { try container.encode(true, forKey: .isBeingWithdrawn) }
        try container.encodeIfPresent(pacedSince, forKey: .pacedSince)
    }
}

extension CommandOutcome {
    /// The kind of outcome, in one word.
    var kind: String {
        switch self {
        case .succeeded: "succeeded"
        case .rejected: "rejected"
        case .failed: "failed"
        case .expired: "expired"
        }
    }
}
