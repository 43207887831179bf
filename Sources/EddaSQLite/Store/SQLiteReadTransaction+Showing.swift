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
        try eachRow(of: columns, or: .eventShown, matching: query, .forward, after: after, upTo: upTo, limit: limit) {
            try rows.show($0, to: body)
        }
    }
}
