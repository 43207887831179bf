internal import EddaCore

extension SQLiteWriteTransaction {
    @discardableResult
    func enqueue(_ message: Message) throws -> Int64 {
        try message.validate()
        let sequence = effects.outboxSequence + 1
        try change(.insertOutbox) { statement in
            try statement.bind(1, sequence)
            try statement.bind(2, message.destination.rawValue)
            try statement.bind(3, message.partitionKey)
            try statement.bind(4, text: message.encodedAttributes())
            try statement.bind(5, message.data)
        }
        effects.outbox = true
        effects.bytes += message.data.count + 256
        effects.outboxSequence = sequence
        return sequence
    }

    func removeFromOutbox(_ sequences: [Int64]) throws {
        for sequence in sequences {
            // Nearly all are ready ones, which nothing waits behind.
            if try change(.deleteReady, bind: { try $0.bind(1, sequence) }) == 1 { continue }
            guard let row = try lane(of: sequence) else { continue }
            try change(.deleteOutbox) { try $0.bind(1, sequence) }
            try releaseNext(row)
            effects.outbox = true
        }
    }

    func hold(_ sequence: Int64, attempts: Int, due: Moment?, reason: String?) throws {
        let row = try waiting(sequence)
        try hold(sequence, row, attempts: attempts, due: due, reason: reason)
    }

    private func hold(_ sequence: Int64, _ row: Lane, attempts: Int, due: Moment?, reason: String?) throws {
        let due = due.map { columns(of: $0) }
        try change(.holdOutbox) { statement in
            try statement.bind(1, sequence)
            try statement.bind(2, attempts)
            try statement.bind(3, due?.uptime)
            try statement.bind(4, due?.wall)
            try statement.bind(5, reason)
        }
        try holdFollowers(of: sequence, row)
        // What it was to wait behind may be gone.
        if due == nil { try releaseNext(row) }
        effects.outbox = true
    }

    func markDead(_ sequence: Int64, attempts: Int, reason: String) throws {
        let row = try waiting(sequence)
        try change(.killOutbox) { statement in
            try statement.bind(1, sequence)
            try statement.bind(2, attempts)
            try statement.bind(3, reason)
        }
        try holdFollowers(of: sequence, row)
        effects.outbox = true
    }

    func retryDeadLetter(_ sequence: Int64) throws {
        let row = try row(sequence)
        guard row.isDead else {
            throw StoreError(.invalidArgument, "Message \(sequence) of the outbox was not given up; it will be sent.")
        }
        // Ready ones before it go first.
        try holdFollowers(of: 0, row)
        try hold(sequence, row, attempts: 0, due: nil, reason: nil)
    }

    /// Lets the first of a lane that is not ready come due, unless it is dead or has its time.
    private func releaseNext(_ row: Lane) throws {
        let due = columns(of: now)
        try change(.releaseNext) { statement in
            try statement.bind(1, due.uptime)
            try statement.bind(2, due.wall)
            try statement.bind(3, row.destination)
            try statement.bind(4, row.key)
        }
    }

    private func holdFollowers(of sequence: Int64, _ row: Lane) throws {
        try change(.holdFollowers) { statement in
            try statement.bind(1, row.destination)
            try statement.bind(2, row.key)
            try statement.bind(3, sequence)
        }
    }

    private typealias Lane = (isDead: Bool, destination: String, key: String)

    /// Where a message stands.
    ///
    /// - Throws: ``StoreError``: `notFound` when it is gone.
    private func row(_ sequence: Int64) throws -> Lane {
        guard let row = try lane(of: sequence) else {
            throw StoreError(.notFound, "The outbox has no message \(sequence); it was sent or removed meanwhile.")
        }
        return row
    }

    /// Where a message stands that is ready or held.
    ///
    /// - Throws: ``StoreError``: `notFound` when it is gone, `invalidArgument` when it is dead.
    private func waiting(_ sequence: Int64) throws -> Lane {
        let row = try row(sequence)
        guard !row.isDead else {
            throw StoreError(.invalidArgument, "Message \(sequence) of the outbox was given up; it is not tried again.")
        }
        return row
    }

    private func lane(of sequence: Int64) throws -> Lane? {
        try first(
            .outboxLane,
            bind: { try $0.bind(1, sequence) },
            row: { ($0.integer(0) == 2, $0.text(1), $0.text(2)) }
        )
    }
}
