internal import EddaCore

extension SQLiteReadTransaction {
    func readyMessages(after: Int64, limit: Int) throws -> [(row: OutboxRow, isBlocked: Bool)] {
        let limit = try limited(limit)
        var rows: [(row: OutboxRow, isBlocked: Bool)] = []
        try query(.outboxReady) { statement in
            try statement.bind(1, after)
            try statement.bind(2, limit)
        } row: {
            rows.append((try outboxRow($0, boot: ""), $0.integer(8) != 0))
        }
        if let gate {
            let limit = gate.limit
            return rows.filter { $0.row.sequence <= limit }
        }
        return rows
    }

    func dueMessages(at moment: Moment, limit: Int) throws -> [OutboxRow] {
        let limit = try limited(limit)
        let boot = try boot()
        var rows: [OutboxRow] = []
        try query(boot == moment.boot ? .outboxDue : .outboxDueByWall) { statement in
            try statement.bind(1, boot == moment.boot ? moment.uptime : moment.wall.microseconds)
            try statement.bind(2, limit)
        } row: {
            rows.append(try outboxRow($0, boot: boot))
        }
        return rows
    }

    func nextDueMessage() throws -> Moment? {
        let boot = try boot()
        return try first(.outboxNextDue) { row in
            Moment(boot: boot, uptime: row.integer(0), wall: Timestamp(microseconds: row.integer(1)))
        }
    }

    func outbox(after: Int64, limit: Int) throws -> [OutboxRow] {
        let limit = try limited(limit)
        let boot = try boot()
        var rows: [OutboxRow] = []
        try query(.outboxAll) { statement in
            try statement.bind(1, after)
            try statement.bind(2, limit)
        } row: {
            rows.append(try outboxRow($0, boot: boot))
        }
        return rows
    }

    func outboxCounts() throws -> OutboxCounts {
        var counts = OutboxCounts(ready: 0, held: 0, dead: 0)
        try query(.outboxCounts) { row in
            let count = Int(row.integer(1))
            switch row.integer(0) {
            case 0: counts.ready = count
            case 1: counts.held = count
            default: counts.dead = count
            }
        }
        return counts
    }

    private func outboxRow(_ row: Statement, boot: String) throws -> OutboxRow {
        let message: Message
        var damage: String?
        do {
            message = try Message(encodedAttributes: row.bytes(1), data: row.bytes(2))
        } catch {
            // One message that cannot be read must not keep all the others from being sent.
            damage = "\(error)"
            message = try remains(of: row)
        }
        let attempts = Int(row.integer(4))
        let state: OutboxRow.State
        switch row.integer(3) {
        case 0: state = .ready
        case 1:
            let due = row.optionalInteger(5)
                .map {
                    Moment(boot: boot, uptime: $0, wall: Timestamp(microseconds: row.integer(6)))
                }
            state = .held(attempts: attempts, due: due, reason: row.optionalText(7))
        default: state = .dead(attempts: attempts, reason: row.text(7))
        }
        return OutboxRow(sequence: row.integer(0), message: message, state: state, damage: damage)
    }

    private func remains(of row: Statement) throws -> Message {
        let place = try first(
            .outboxLane,
            bind: { try $0.bind(1, row.integer(0)) },
            row: { (destination: $0.text(1), key: $0.text(2)) }
        )
        return Message(
            remainsOf: row.bytes(1),
            destination: place?.destination ?? "",
            partitionKey: place?.key ?? "",
            data: row.bytes(2)
        )
    }
}
