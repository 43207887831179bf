internal import EddaCore

extension SQLiteWriteTransaction {
    func setCheckpoint(_ name: CheckpointName, to position: Position) throws {
        try change(.setCheckpoint) { statement in
            try statement.bind(1, name.rawValue)
            try statement.bind(2, position.value)
        }
    }

    func removeCheckpoint(_ name: CheckpointName) throws {
        try change(.removeCheckpoint) { try $0.bind(1, name.rawValue) }
    }

    func recordInbox(_ entry: InboxEntry) throws {
        let row = try InboxRow(entry.state)
        try change(.setInbox) { statement in
            try statement.bind(1, entry.consumer)
            try statement.bind(2, entry.key)
            try statement.bind(3, row.outcome)
            try statement.bind(4, row.content)
            try statement.bind(5, entry.recordedAt.microseconds)
            if let message = row.message {
                try statement.bind(6, String(decoding: message.encodedAttributes(), as: UTF8.self))
                try statement.bind(7, message.data)
            } else {
                try statement.bindNull(6)
                try statement.bindNull(7)
            }
        }
    }

    func forgetInbox(before: Timestamp, limit: Int) throws -> Int {
        let limit = try limited(limit)
        return try change(.forgetInbox) { statement in
            try statement.bind(1, before.microseconds)
            try statement.bind(2, limit)
        }
    }

    // MARK: Timers

    func setTimer(_ timer: TimerRow) throws {
        let due = columns(of: timer.due)
        try change(.setTimer) { statement in
            try statement.bind(1, timer.owner)
            try statement.bind(2, timer.key)
            try statement.bind(3, due.uptime)
            try statement.bind(4, due.wall)
        }
        effects.timers = true
    }

    func cancelTimer(owner: String, key: String) throws {
        try change(.cancelTimer) { statement in
            try statement.bind(1, owner)
            try statement.bind(2, key)
        }
    }

    // MARK: Sagas

    func putSaga(_ record: SagaRecord) throws {
        for statement: StoreStatement in record.revision == 1 ? [.insertSaga] : [.moveSaga, .updateSaga] {
            if try change(statement, bind: { try bind(record, to: $0) }) == 1 { return }
        }
        let stored = try first(
            .sagaRevision,
            bind: { try $0.bind(1, record.id.rawValue) },
            row: { (revision: Int($0.integer(0)), name: $0.text(1)) }
        )
        guard let stored else {
            throw StoreError(
                .staleWrite,
                "Saga \(record.id) is not in the store, so its revision \(record.revision) cannot follow; a new one "
                    + "has revision 1."
            )
        }
        guard stored.name == record.name.rawValue else {
            throw StoreError(
                .sagaMismatch,
                "Saga \(record.id) is a \(stored.name), not a \(record.name). Choose another id."
            )
        }
        throw StoreError(
            .staleWrite,
            "Saga \(record.id) is at revision \(stored.revision), so revision \(record.revision) cannot follow. Read it "
                + "again."
        )
    }

    private func bind(_ record: SagaRecord, to statement: Statement) throws {
        try statement.bind(1, record.id.rawValue)
        try statement.bind(2, record.name.rawValue)
        try statement.bind(3, record.planVersion)
        try statement.bind(4, record.status.rawValue)
        try statement.bind(5, record.step?.rawValue)
        try statement.bind(6, record.reason)
        try statement.bind(7, record.revision)
        try statement.bind(8, record.correlationID)
        try statement.bind(9, record.startedAt.microseconds)
        try statement.bind(10, record.updatedAt.microseconds)
        try statement.bind(11, record.deadline?.microseconds)
        try statement.bind(12, EventRow.text(of: record.attributes))
        try statement.bind(13, record.instance)
    }

    // MARK: Projections

    func putProjection(_ record: ProjectionRecord) throws {
        try change(.putProjection) { statement in
            try statement.bind(1, record.name.rawValue)
            try statement.bind(2, record.build)
            try statement.bind(3, record.version)
            try statement.bind(4, record.status.rawValue)
            try statement.bind(5, record.position.value)
            try statement.bind(6, record.tables.joined(separator: "\n"))
            try statement.bind(7, record.failure)
            try statement.bind(8, record.startedAt.microseconds)
            try statement.bind(9, record.updatedAt.microseconds)
        }
        effects.projections = true
    }

    func removeProjection(_ name: ProjectionName, build: Int) throws {
        try change(.removeProjection) { statement in
            try statement.bind(1, name.rawValue)
            try statement.bind(2, build)
        }
        effects.projections = true
    }

    // MARK: SQL

    @discardableResult
    func execute(_ statement: SQL) throws -> Int {
        let (text, values) = try statement.rendered(resolving: Self.unresolved)
        return try attempt {
            try connection.guarded {
                let statement = try connection.cached(text)
                defer { statement.clear() }
                for (index, value) in values.enumerated() {
                    try statement.bind(Int32(index + 1), value)
                    effects.bytes += value.size
                }
                let before = connection.totalChanges
                if !statement.isReadOnly { effects.wrote = true }
                while try statement.step() {}
                return Int(connection.totalChanges - before)
            }
        }
    }
}
