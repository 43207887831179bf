internal import EddaCore

/// Reads and writes the outbox of a store on behalf of a pump.
struct OutboxLog: Sendable {
    /// How far ahead is looked for held messages that come due.
    static let horizon: Duration = .seconds(60)

    let store: any Store
    /// The most rows that are read at a time.
    let page: Int

    /// What was found in the outbox.
    struct Found: Sendable {
        var ready: [OutboxClaims.Ready] = []
        /// Whether no ready message came after those.
        var isLast = true
        /// Held messages that are due and not claimed.
        var due: [OutboxClaims.Claim] = []
        /// Until the next held message comes due; `nil` when none is held.
        var pause: Duration?
    }

    /// Reads a page of ready messages, and the held ones that are due.
    ///
    /// - Parameters:
    ///   - start: Only ready messages after this sequence number.
    ///   - held: The held messages that are claimed already.
    func read(after start: Int64, held: Set<Int64>) async throws -> Found {
        try await store.readBriefly { [page] transaction in
            let now = transaction.now
            let ready = try transaction.readyMessages(after: start, limit: page)
            var found = Found(
                ready: ready.map { OutboxClaims.Ready(claim: Self.claim($0.row), isBlocked: $0.isBlocked) },
                isLast: ready.count < page
            )
            guard let next = try transaction.nextDueMessage() else { return found }
            found.pause = next.elapsed(since: now)
            guard found.pause == .zero else { return found }
            // The claimed ones are still among those that are due, and they come first.
            let limit = held.count + page
            let due = try transaction.dueMessages(at: now, limit: limit)
            found.due = due.map(Self.claim).filter { !held.contains($0.sequence) }
            guard due.count < limit else { return found }
            let later = try transaction.dueMessages(at: now.advanced(by: Self.horizon), limit: due.count + 1)
            if later.count > due.count, case .held(_, let moment?, _) = later[due.count].state {
                found.pause = moment.elapsed(since: now)
            } else {
                found.pause = Self.horizon
            }
            return found
        }
    }

    /// Records changes in one commit.
    ///
    /// - Parameters:
    ///   - changes: What became of messages that were sent, and of those behind them.
    ///   - blocked: Ready messages whose key was held or dead when they were read; they are held too.
    /// - Returns: Those of the blocked whose key is free after all, because an operator has freed it since.
    func record(_ changes: [OutboxChange], blocked: [OutboxClaims.Claim]) async throws -> [OutboxClaims.Claim] {
        try await store.write { transaction in
            var unblocked: [OutboxClaims.Claim] = []
            // Before the changes: the one that blocks them may be among those that were sent, and it lets the first of
            // its followers come due when it is removed.
            for claim in blocked {
                let found = try transaction.readyMessages(after: claim.sequence - 1, limit: 1).first
                guard let found, found.row.sequence == claim.sequence else { continue }
                if found.isBlocked {
                    try transaction.hold(claim.sequence, attempts: 0, due: nil, reason: nil)
                } else {
                    unblocked.append(claim)
                }
            }
            var sent: [Int64] = []
            for change in changes {
                do {
                    switch change {
                    case .remove(let sequence): sent.append(sequence)
                    case .follow(let sequence):
                        try transaction.hold(sequence, attempts: 0, due: nil, reason: nil)
                    case .hold(let sequence, let attempts, let pause, let reason):
                        let due = transaction.now.advanced(by: pause)
                        try transaction.hold(sequence, attempts: attempts, due: due, reason: reason)
                    case .giveUp(let sequence, let attempts, let reason):
                        try transaction.markDead(sequence, attempts: attempts, reason: reason)
                    }
                } catch let error as StoreError where error.code == .notFound || error.code == .invalidArgument {
                    // Somebody else has removed the row or given it up, or this is recorded for the second time. Those
                    // behind a row that is gone come due as they are held.
                }
            }
            if !sent.isEmpty { try transaction.removeFromOutbox(sent) }
            return unblocked
        }
    }

    private static func claim(_ row: OutboxRow) -> OutboxClaims.Claim {
        let attempts =
            switch row.state {
            case .ready: 0
            case .held(let attempts, _, _), .dead(let attempts, _): attempts
            }
        return OutboxClaims.Claim(sequence: row.sequence, message: row.message, attempts: attempts, damage: row.damage)
    }
}
