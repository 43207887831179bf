internal import EddaCore

extension MemoryUnit {
    func readyMessages(after: Int64, limit: Int) throws -> [(row: OutboxRow, isBlocked: Bool)] {
        try checkLimit(limit)
        var ready: [(row: OutboxRow, isBlocked: Bool)] = []
        for row in state.outbox.rows(after: after) where !row.isBlocking {
            if ready.count == limit { break }
            ready.append((row, state.outbox.isBlocked(MemoryOutbox.Lane(row.message))))
        }
        return ready
    }

    func dueMessages(at moment: Moment, limit: Int) throws -> [OutboxRow] {
        try checkLimit(limit)
        return scheduled(from: moment).filter { $0.delay <= .zero }.prefix(limit).map(\.row)
    }

    func nextDueMessage() throws -> Moment? { scheduled(from: now).first?.due }

    func outbox(after: Int64, limit: Int) throws -> [OutboxRow] {
        try checkLimit(limit)
        return Array(state.outbox.rows(after: after).prefix(limit))
    }

    func outboxCounts() throws -> OutboxCounts {
        var counts = OutboxCounts(ready: 0, held: 0, dead: 0)
        for row in state.outbox.rows(after: 0) {
            switch row.state {
            case .ready: counts.ready += 1
            case .held: counts.held += 1
            case .dead: counts.dead += 1
            }
        }
        return counts
    }

    func enqueue(_ message: Message) throws -> Int64 {
        try message.validate()
        let sequence = state.outbox.next
        set(\.outbox.next, to: sequence + 1)
        put(sequence, OutboxRow(sequence: sequence, message: message, state: .ready))
        return sequence
    }

    func removeFromOutbox(_ sequences: [Int64]) throws {
        var freed: Set<MemoryOutbox.Lane> = []
        for sequence in sequences {
            guard let row = state.outbox[sequence] else { continue }
            put(sequence, nil)
            if row.isBlocking { freed.insert(MemoryOutbox.Lane(row.message)) }
        }
        for lane in freed where state.outbox.isBlocked(lane) { makeNextDue(in: lane) }
    }

    func hold(_ sequence: Int64, attempts: Int, due: Moment?, reason: String?) throws {
        hold(try waiting(sequence), attempts: attempts, due: due, reason: reason)
    }

    private func hold(_ row: OutboxRow, attempts: Int, due: Moment?, reason: String?) {
        put(row.sequence, row.with(.held(attempts: attempts, due: due, reason: reason)))
        holdFollowers(of: row)
        // What it was to wait behind may be gone.
        if due == nil { makeNextDue(in: MemoryOutbox.Lane(row.message)) }
    }

    func markDead(_ sequence: Int64, attempts: Int, reason: String) throws {
        let row = try waiting(sequence)
        put(sequence, row.with(.dead(attempts: attempts, reason: reason)))
        holdFollowers(of: row)
    }

    func retryDeadLetter(_ sequence: Int64) throws {
        let row = try row(sequence)
        guard case .dead = row.state else {
            throw StoreError(.invalidArgument, "Message \(sequence) of the outbox was not given up; it will be sent.")
        }
        // Ready ones before it go first.
        holdReady(after: 0, in: MemoryOutbox.Lane(row.message))
        hold(row, attempts: 0, due: nil, reason: nil)
    }

    private func holdFollowers(of row: OutboxRow) {
        holdReady(after: row.sequence, in: MemoryOutbox.Lane(row.message))
    }

    private func holdReady(after sequence: Int64, in lane: MemoryOutbox.Lane) {
        for follower in Array(state.outbox.rows(after: sequence))
        where follower.state == .ready && MemoryOutbox.Lane(follower.message) == lane {
            put(follower.sequence, follower.with(.held(attempts: 0, due: nil, reason: nil)))
        }
    }

    /// Lets the first row of a lane that is not ready come due, unless it is dead or has its time.
    private func makeNextDue(in lane: MemoryOutbox.Lane) {
        for row in state.outbox.rows(after: 0) where MemoryOutbox.Lane(row.message) == lane {
            switch row.state {
            case .ready: continue
            case .dead, .held(_, .some, _): return
            case .held(let attempts, nil, let reason):
                return put(row.sequence, row.with(.held(attempts: attempts, due: now, reason: reason)))
            }
        }
    }

    private func put(_ sequence: Int64, _ row: OutboxRow?) {
        let earlier = state.outbox.set(sequence, to: row)
        onRollBack { $0.outbox.set(sequence, to: earlier) }
        changes.insert(.outbox)
    }

    private func row(_ sequence: Int64) throws(StoreError) -> OutboxRow {
        guard let row = state.outbox[sequence] else {
            throw StoreError(.notFound, "The outbox has no message \(sequence); it was sent or removed meanwhile.")
        }
        return row
    }

    private func waiting(_ sequence: Int64) throws(StoreError) -> OutboxRow {
        let row = try row(sequence)
        if case .dead = row.state {
            throw StoreError(.invalidArgument, "Message \(sequence) of the outbox was given up; it is not tried again.")
        }
        return row
    }

    /// The held rows that have a time of their own, the earliest first.
    private func scheduled(from moment: Moment) -> [(row: OutboxRow, due: Moment, delay: Duration)] {
        state.outbox.rows(after: 0)
            .compactMap { row in
                guard case .held(_, let due?, _) = row.state else { return nil }
                return (row, due, due.delay(from: moment))
            }
            .sorted { ($0.delay, $0.row.sequence) < ($1.delay, $1.row.sequence) }
    }
}

extension OutboxRow {
    fileprivate func with(_ state: State) -> OutboxRow {
        OutboxRow(sequence: sequence, message: message, state: state)
    }
}

extension Moment {
    /// How long after `moment` this one comes; zero or less when it is due.
    ///
    /// The wall clock counts only across a reboot.
    func delay(from moment: Moment) -> Duration {
        boot == moment.boot ? .nanoseconds(uptime) - .nanoseconds(moment.uptime) : wall.since(moment.wall)
    }
}
