internal import EddaCore

/// Which messages of an outbox may be sent now: the ones that were read and not yet dealt with.
///
/// A pure value. Every destination has a lane of its own with at most one batch under way, so that a slow one holds up
/// nobody else; a batch has at most one message of a partition key, so that messages of one key never overtake each
/// other. A lane keeps a bounded number of messages; what does not fit is read again when there is room.
struct OutboxClaims: Sendable {
    /// A message that is to be sent.
    struct Claim: Hashable, Sendable {
        let sequence: Int64
        let message: Message
        /// How often it has been tried.
        let attempts: Int
        /// Why it cannot be read, and so is refused instead of sent.
        var damage: String?
    }

    /// Messages that are sent together.
    struct Batch: Hashable, Sendable {
        let destination: Address
        let claims: [Claim]

        /// The outcomes of all claims, from those of the ones that can be read, as far as the transport told them.
        func outcomes(of sent: [SendOutcome]) -> [SendOutcome] {
            var rest = sent[...]
            return claims.map { claim in
                if let damage = claim.damage { return .refused(reason: damage) }
                return rest.popFirst() ?? .failed(reason: "The transport told no outcome.")
            }
        }
    }

    /// A ready message, as it was read.
    struct Ready: Sendable {
        let claim: Claim
        /// Whether one of its key was held or dead at that time.
        let isBlocked: Bool
    }

    private struct Lane {
        /// In the order of the outbox.
        var waiting: [Claim] = []
        var underWay: [Claim] = []
        /// Up to where this lane has its messages; `nil` when it has kept up with the cursor.
        var readThrough: Int64?

        /// Whether there is nothing to remember of it.
        var isIdle: Bool { waiting.isEmpty && underWay.isEmpty && readThrough == nil }
    }

    private let batch: Int
    private let capacity: Int
    /// How far the ready messages have been read.
    private(set) var cursor: Int64 = 0
    /// The held messages that are claimed, until their fate is recorded.
    private(set) var held: Set<Int64> = []
    /// Ready messages that are to be held behind their key before anything else is recorded.
    private(set) var blocked: [Claim] = []
    private var lanes: [Address: Lane] = [:]

    /// Nothing claimed.
    ///
    /// - Parameters:
    ///   - batch: The most messages that are sent to one destination together, from 1.
    ///   - capacity: The most messages of one destination that are kept, from 1.
    init(batch: Int, capacity: Int) {
        self.batch = max(1, batch)
        self.capacity = max(1, capacity)
    }

    /// How many messages are kept, whether they wait or are under way.
    var count: Int { lanes.values.reduce(blocked.count) { $0 + $1.waiting.count + $1.underWay.count } }

    /// Where the next page of ready messages begins: after this sequence number.
    ///
    /// A lane that has fallen behind and has room again comes first.
    var nextPage: Int64 { lanes.values.compactMap { hasRoom($0) ? $0.readThrough : nil }.min() ?? cursor }

    /// Whether a lane that has fallen behind has room again.
    var isBehind: Bool { lanes.values.contains { $0.readThrough != nil && hasRoom($0) } }

    private func hasRoom(_ lane: Lane) -> Bool { lane.waiting.count <= capacity / 2 }

    /// Takes a page of ready messages.
    ///
    /// - Parameters:
    ///   - page: The messages in the order of the outbox.
    ///   - start: After which sequence number they were read; ``nextPage`` as it was then.
    ///   - isLast: Whether nothing came after them.
    mutating func take(_ page: [Ready], after start: Int64, isLast: Bool) {
        let end = max(page.last?.claim.sequence ?? start, isLast ? cursor : start)
        var full: Set<Address> = []
        for ready in page {
            let destination = ready.claim.message.destination
            var lane = lanes.removeValue(forKey: destination) ?? Lane()
            defer { lanes[destination] = lane.isIdle ? nil : lane }
            let seen = lane.readThrough ?? cursor
            // Only what follows without a gap on what the lane has: anything else would overtake.
            guard ready.claim.sequence > seen, start <= seen, !full.contains(destination) else { continue }
            if lane.waiting.count >= capacity {
                full.insert(destination)
                lane.readThrough = ready.claim.sequence - 1
            } else if ready.isBlocked {
                blocked.append(ready.claim)
            } else {
                Self.insert(ready.claim, into: &lane.waiting)
            }
        }
        for (destination, lane) in lanes {
            guard let seen = lane.readThrough, start <= seen, !full.contains(destination) else { continue }
            lanes[destination]?.readThrough = end >= cursor ? nil : max(seen, end)
        }
        cursor = max(cursor, end)
    }

    /// Takes held messages whose next try is due.
    ///
    /// They have room of their own, half a batch: so neither they nor ready messages wait for as long as there are others,
    /// and of both there may be more without end. Those that find no room are left out; they stay due.
    mutating func takeDue(_ claims: [Claim]) {
        var room: [Address: Int] = [:]
        for claim in claims where !held.contains(claim.sequence) {
            let destination = claim.message.destination
            var lane = lanes[destination] ?? Lane()
            let left = room[destination] ?? max(1, batch / 2) - lane.waiting.count { held.contains($0.sequence) }
            room[destination] = left - 1
            guard left > 0 else { continue }
            held.insert(claim.sequence)
            Self.insert(claim, into: &lane.waiting)
            lanes[destination] = lane
        }
    }

    /// Hands out what may be sent now: a batch for every lane that has none under way.
    mutating func next() -> [Batch] {
        var batches: [Batch] = []
        for destination in lanes.keys.sorted() {
            guard var lane = lanes[destination], lane.underWay.isEmpty, !lane.waiting.isEmpty else { continue }
            var keys: Set<ExactText> = []
            var rest: [Claim] = []
            for claim in lane.waiting {
                if lane.underWay.count < batch, keys.insert(ExactText(claim.message.partitionKey)).inserted {
                    lane.underWay.append(claim)
                } else {
                    rest.append(claim)
                }
            }
            lane.waiting = rest
            batches.append(Batch(destination: destination, claims: lane.underWay))
            lanes[destination] = lane
        }
        return batches
    }

    /// Takes note of how a batch went, and tells what is to be recorded, in this order.
    ///
    /// The lane is free for its next batch at once. Messages behind one that failed are no longer claimed.
    ///
    /// A message that failed is given up when its tries are used up; one that somebody waits for, never: as a dead letter
    /// it would hold up whatever its sender does about the missing answer. It goes on with the longest pause.
    ///
    /// - Parameters:
    ///   - destination: Whose batch.
    ///   - outcomes: One for each message of the batch, in its order; one that is missing counts as failed.
    ///   - retry: The pauses between tries.
    ///   - entropy: Random bits for each pause.
    mutating func conclude(
        _ destination: Address,
        _ outcomes: [SendOutcome],
        retry: RetryPolicy,
        entropy: () -> UInt64
    ) -> [OutboxChange] {
        guard var lane = lanes[destination] else { return [] }
        var changes: [OutboxChange] = []
        var stuck: Set<ExactText> = []
        for (index, claim) in lane.underWay.enumerated() {
            let outcome = index < outcomes.count ? outcomes[index] : .failed(reason: "The transport told no outcome.")
            let attempts = claim.attempts + 1
            switch outcome {
            case .sent: changes.append(.remove(claim.sequence))
            case .refused(let reason): changes.append(.giveUp(claim.sequence, attempts: attempts, reason: reason))
            case .failed(let reason):
                let pause = retry.pause(afterAttempt: attempts, entropy: entropy())
                if let pause = pause ?? (Self.isAwaited(claim.message) ? max(retry.cap, .seconds(1)) : nil) {
                    changes.append(.hold(claim.sequence, attempts: attempts, pause: pause, reason: reason))
                } else {
                    changes.append(.giveUp(claim.sequence, attempts: attempts, reason: reason))
                }
            }
            if outcome != .sent { stuck.insert(ExactText(claim.message.partitionKey)) }
        }
        lane.underWay = []
        if !stuck.isEmpty {
            for claim in lane.waiting where stuck.contains(ExactText(claim.message.partitionKey)) {
                changes.append(.follow(claim.sequence))
            }
            lane.waiting.removeAll { stuck.contains(ExactText($0.message.partitionKey)) }
        }
        lanes[destination] = lane.isIdle ? nil : lane
        return changes
    }

    /// Whether a change removes a message that nothing waits behind: one that was ready when it was claimed.
    func isPlainRemoval(_ change: OutboxChange) -> Bool {
        guard case .remove(let sequence) = change else { return false }
        return !held.contains(sequence)
    }

    /// Whether somebody waits for what comes of a message: it asks for an answer, or is one, or calls for help.
    private static func isAwaited(_ message: Message) -> Bool {
        message.replyTo != nil || message.type == ReplyMessage.type || message.type == AlertMessage.type
    }

    /// Takes note that changes are recorded, and with them all blocked messages.
    ///
    /// - Parameter unblocked: Messages whose key turned out to be free again; they are sent like others.
    mutating func didRecord(_ changes: [OutboxChange], unblocked: [Claim]) {
        held.subtract(changes.map(\.sequence))
        blocked = []
        for claim in unblocked { Self.insert(claim, into: &lanes[claim.message.destination, default: Lane()].waiting) }
    }

    private static func insert(_ claim: Claim, into claims: inout [Claim]) {
        let place = claims.lastIndex { $0.sequence < claim.sequence }.map { $0 + 1 } ?? 0
        claims.insert(claim, at: place)
    }
}
