internal import EddaCore

extension SQLiteReadTransaction {
    func checkpoint(_ name: CheckpointName) throws -> Position {
        try first(.checkpoint, bind: { try $0.bind(1, name.rawValue) }, row: { Position($0.integer(0)) }) ?? .start
    }

    func checkpoints(beginningWith prefix: String) throws -> [Checkpoint] {
        var checkpoints: [Checkpoint] = []
        try query(.checkpoints) {
            try $0.bind(1, prefix)
        } row: { row in
            checkpoints.append(Checkpoint(CheckpointName(unchecked: row.text(0)), Position(row.integer(1))))
        }
        return checkpoints
    }

    func inboxEntry(consumer: String, key: String) throws -> InboxEntry? {
        try first(
            .inbox,
            bind: { statement in
                try statement.bind(1, consumer)
                try statement.bind(2, key)
            },
            row: InboxRow.entry
        )
    }

    func openInboxEntries(after place: InboxEntry.Place?, limit: Int) throws -> [InboxEntry] {
        let limit = try limited(limit)
        var entries: [InboxEntry] = []
        try query(.inboxOpen) { statement in
            try statement.bind(1, place?.consumer ?? "")
            try statement.bind(2, place?.key ?? "")
            try statement.bind(3, limit)
        } row: {
            entries.append(try InboxRow.entry($0))
        }
        return entries
    }

    // MARK: Timers

    func dueTimers(owner: String, at moment: Moment, limit: Int) throws -> [TimerRow] {
        let limit = try limited(limit)
        let boot = try boot()
        var timers: [TimerRow] = []
        try query(boot == moment.boot ? .timersDue : .timersDueByWall) { statement in
            try statement.bind(1, owner)
            try statement.bind(2, boot == moment.boot ? moment.uptime : moment.wall.microseconds)
            try statement.bind(3, limit)
        } row: { row in
            let due = Moment(boot: boot, uptime: row.integer(1), wall: Timestamp(microseconds: row.integer(2)))
            timers.append(TimerRow(owner: owner, key: row.text(0), due: due))
        }
        return timers
    }

    func nextTimer(owner: String) throws -> Moment? {
        let boot = try boot()
        return try first(.nextTimer, bind: { try $0.bind(1, owner) }) { row in
            Moment(boot: boot, uptime: row.integer(0), wall: Timestamp(microseconds: row.integer(1)))
        }
    }

    // MARK: Sagas

    func saga(_ id: SagaID) throws -> SagaRecord? {
        try first(.saga, bind: { try $0.bind(1, id.rawValue) }, row: sagaRecord)
    }

    func sagas(_ filter: SagaFilter) throws -> [SagaRecord] {
        let limit = try limited(filter.limit)
        var conditions = ["id > ?"]
        var values: [SQLValue] = [.text(filter.after?.rawValue ?? "")]
        func add(_ column: String, in names: [String]) {
            guard !names.isEmpty else { return }
            conditions.append("\(column) IN (\(names.map { _ in "?" }.joined(separator: ", ")))")
            values += names.map { .text($0) }
        }
        func add(_ condition: String, _ operands: SQLValue...) {
            conditions.append(condition)
            values += operands
        }
        add("name", in: filter.names.map(\.rawValue).sorted())
        add("status", in: filter.statuses.map(\.rawValue).sorted())
        add("step", in: filter.steps.map(\.rawValue).sorted())
        if let correlation = filter.correlationID { add("correlation = ?", .text(correlation)) }
        for (name, value) in filter.attributes.sorted(by: { $0.key < $1.key }) {
            add("id IN (SELECT saga FROM edda_saga_attributes WHERE name = ? AND value = ?)", .text(name), .text(value))
        }
        if let time = filter.startedBefore { add("started_at < ?", .integer(time.microseconds)) }
        if let time = filter.unmovedSince { add("updated_at <= ?", .integer(time.microseconds)) }
        if let time = filter.overdueAt {
            add("status NOT IN ('completed', 'compensated') AND deadline < ?", .integer(time.microseconds))
        }
        return try attempt {
            let statement = try connection.cached(
                """
                SELECT \(StoreStatement.sagaColumns) FROM edda_sagas
                WHERE \(conditions.joined(separator: " AND ")) ORDER BY id LIMIT \(limit)
                """
            )
            defer { statement.clear() }
            for (index, value) in values.enumerated() { try statement.bind(Int32(index + 1), value) }
            var records: [SagaRecord] = []
            while try statement.step() { records.append(try sagaRecord(statement)) }
            return records
        }
    }

    func sagaCounts() throws -> [SagaRecord.Status: Int] {
        var counts: [SagaRecord.Status: Int] = [:]
        try query(.sagaCounts) { row in
            if let status = SagaRecord.Status(rawValue: row.text(0)) { counts[status] = Int(row.integer(1)) }
        }
        return counts
    }

    func overdueSagas(at now: Timestamp) throws -> [SagaName: Int] {
        var counts: [SagaName: Int] = [:]
        try query(.overdueSagas) {
            try $0.bind(1, now.microseconds)
        } row: { row in
            counts[SagaName(unchecked: row.text(0))] = Int(row.integer(1))
        }
        return counts
    }

    private func sagaRecord(_ row: Statement) throws -> SagaRecord {
        guard let status = SagaRecord.Status(rawValue: row.text(3)) else {
            throw StoreError(.corrupt, "Saga \(row.text(0)) has the unknown status \(row.text(3)).")
        }
        return SagaRecord(
            id: SagaID(unchecked: row.text(0)),
            name: SagaName(unchecked: row.text(1)),
            planVersion: Int(row.integer(2)),
            status: status,
            step: row.optionalText(4).map { StepID(unchecked: $0) },
            reason: row.optionalText(5),
            revision: Int(row.integer(6)),
            correlationID: row.optionalText(7),
            startedAt: Timestamp(microseconds: row.integer(8)),
            updatedAt: Timestamp(microseconds: row.integer(9)),
            deadline: row.isNull(10) ? nil : Timestamp(microseconds: row.integer(10)),
            attributes: row.isNull(11)
                ? [:] : try EventRow.attributes(from: row.text(11), of: "The attributes of saga \(row.text(0))"),
            instance: row.bytes(12)
        )
    }

    // MARK: Projections

    func projections(_ name: ProjectionName?) throws -> [ProjectionRecord] {
        var records: [ProjectionRecord] = []
        try query(name == nil ? .allProjections : .projections) { statement in
            if let name { try statement.bind(1, name.rawValue) }
        } row: { row in
            guard let status = ProjectionRecord.Status(rawValue: row.text(3)) else {
                throw StoreError(.corrupt, "Projection \(row.text(0)) has the unknown status \(row.text(3)).")
            }
            records.append(
                ProjectionRecord(
                    name: ProjectionName(unchecked: row.text(0)),
                    build: Int(row.integer(1)),
                    version: Int(row.integer(2)),
                    status: status,
                    position: Position(row.integer(4)),
                    tables: row.text(5).split(separator: "\n").map(String.init),
                    failure: row.optionalText(6),
                    startedAt: Timestamp(microseconds: row.integer(7)),
                    updatedAt: Timestamp(microseconds: row.integer(8))
                )
            )
        }
        return records
    }

    // MARK: SQL

    func rows(_ query: SQL) throws -> [SQLRow] {
        let (text, values) = try query.rendered(resolving: Self.unresolved)
        return try attempt {
            let statement = try connection.guarded { try connection.cached(text) }
            guard statement.isReadOnly else {
                throw StoreError(.badSQL, "Only queries return rows; execute this instead: \(text.prefix(200))")
            }
            return try connection.guarded {
                defer { statement.clear() }
                for (index, value) in values.enumerated() { try statement.bind(Int32(index + 1), value) }
                let columns = (0..<statement.columnCount).map(statement.columnName)
                var rows: [SQLRow] = []
                while try statement.step() {
                    rows.append(
                        SQLRow(columns: columns, values: (0..<Int32(columns.count)).map(statement.value))
                    )
                }
                return rows
            }
        }
    }

    static func unresolved(_ name: String) throws -> String {
        throw StoreError(
            .badSQL,
            "The table \"\(name)\" has a physical name only inside its projection; use the view of that name here."
        )
    }
}
