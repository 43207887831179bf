internal import EddaCore

extension SQLiteReadTransaction: StoredEventReading {
    func showEvents(
        in stream: StreamID,
        after version: Int,
        limit: Int,
        to body: (StoredEvent) throws -> Void
    ) throws {
        let limit = try limited(limit)
        var rows = EventRows(in: self)
        try query(.streamShown) { statement in
            try statement.bind(1, stream.rawValue)
            try statement.bind(2, version)
            try statement.bind(3, limit)
        } row: {
            try rows.show($0, to: body)
        }
    }

    func showEvents(
        matching query: EventQuery,
        after: Position,
        upTo: Position?,
        limit: Int,
        to body: (StoredEvent) throws -> Void
    ) throws {
        let limit = try limited(limit)
        var rows = EventRows(in: self)
        let columns = StoreStatement.shownColumns
        let found = try compiler.select(
            query,
            columns: columns,
            .forward,
            after: after.value,
            upTo: upTo?.value,
            limit: limit
        )
        guard let found else { return }
        if found.returnsEvents { return try run(found.sql, found.values) { try rows.show($0, to: body) } }
        for position in try positions(of: found) {
            _ = try first(.eventShown, bind: { try $0.bind(1, position) }, row: { try rows.show($0, to: body) })
        }
    }
}
