internal import EddaCore

extension SQLiteReadTransaction {
    func position(asOf time: Timestamp) throws -> Position {
        let position = try bisect(upTo: head().value) { position in
            try first(.recordedAt, bind: { try $0.bind(1, position) }) { row in
                (row.integer(0), row.integer(1) <= time.microseconds)
            }
        }
        return Position(position)
    }

    func version(of stream: StreamID, asOf position: Position) throws -> Int {
        let number = try first(.streamState, bind: { try $0.bind(1, stream.rawValue) }) { row in
            (stream: row.integer(0), version: row.integer(2))
        }
        guard let number else { return 0 }
        let version = try bisect(upTo: number.version) { version in
            try first(.positionOfVersion) { statement in
                try statement.bind(1, number.stream)
                try statement.bind(2, version)
            } row: { row in
                (row.integer(0), row.integer(1) <= position.value)
            }
        }
        return Int(version)
    }

    func events(
        in stream: StreamID,
        _ direction: ReadDirection,
        versions: ClosedRange<Int>,
        limit: Int
    ) throws -> [RecordedEvent] {
        let limit = try limited(limit)
        var events: [RecordedEvent] = []
        guard limit > 0 else { return events }
        events.reserveCapacity(Int(Swift.min(limit, 16)))
        var rows = EventRows(in: self)
        try query(direction == .forward ? .streamForward : .streamBackward) { statement in
            try statement.bind(1, stream.rawValue)
            try statement.bind(2, versions.lowerBound)
            try statement.bind(3, versions.upperBound)
            try statement.bind(4, limit)
        } row: {
            events.append(try rows.event(from: $0, in: stream))
        }
        return events
    }

    func events(
        matching query: EventQuery,
        _ direction: ReadDirection,
        after: Position,
        upTo: Position?,
        limit: Int
    ) throws -> EventPage {
        let limit = try limited(limit)
        let head = try head()
        let end = upTo.map { min($0, head) } ?? head
        guard limit > 0 else { return EventPage(events: [], head: direction == .forward ? after : end) }
        let most = Swift.min(limit, Swift.max(0, end.value - after.value))
        let bound = end == head ? nil : end
        var events: [RecordedEvent] = []
        events.reserveCapacity(Int(Swift.min(most, 1_024)))
        var rows = EventRows(in: self)
        let columns = StoreStatement.eventColumns
        try eachRow(of: columns, or: .eventAt, matching: query, direction, after: after, upTo: bound, limit: limit) {
            events.append(try rows.event(from: $0))
        }
        if let last = direction == .forward ? events.last : events.first, last.position > end {
            throw StoreError.logIsBehind(head: head, last: last.position)
        }
        let reached = direction == .forward && Int64(events.count) == limit ? events.last?.position : nil
        return EventPage(events: events, head: reached ?? end)
    }

    /// Hands over a row for each event that matches, in order.
    ///
    /// - Parameters:
    ///   - columns: What to select of an event `e`.
    ///   - single: Selects the same of the event at a position.
    ///   - upTo: The upper bound, included; `nil` for the head of the log.
    func eachRow(
        of columns: String,
        or single: StoreStatement,
        matching query: EventQuery,
        _ direction: ReadDirection,
        after: Position,
        upTo: Position?,
        limit: Int64,
        _ body: (Statement) throws -> Void
    ) throws {
        let selection = try compiler.select(
            query,
            columns: columns,
            direction,
            after: after.value,
            upTo: upTo?.value,
            limit: limit
        )
        guard let selection else { return }
        if selection.returnsEvents { return try run(selection.sql, selection.values, body) }
        for position in try positions(of: selection) {
            _ = try first(single, bind: { try $0.bind(1, position) }, row: body)
        }
    }

    func count(matching query: EventQuery, after: Position) throws -> Int {
        guard let selection = try compiler.select(query, .forward, after: after.value, limit: .max) else { return 0 }
        var count = 0
        try run("SELECT count(*) FROM (\(selection.sql))", selection.values) { count = Int($0.integer(0)) }
        return count
    }

    func events(correlatedWith correlation: String, after: Position, limit: Int) throws -> [RecordedEvent] {
        let limit = try limited(limit)
        var events: [RecordedEvent] = []
        guard limit > 0 else { return events }
        var rows = EventRows(in: self)
        try query(.correlated) { statement in
            try statement.bind(1, correlation)
            try statement.bind(2, after.value)
            try statement.bind(3, limit)
        } row: {
            events.append(try rows.event(from: $0))
        }
        return events
    }

    func restorations() throws -> [Restoration] {
        var restorations: [Restoration] = []
        try query(.restorations) { row in
            restorations.append(
                Restoration(
                    generation: Int(row.integer(0)),
                    head: Position(row.integer(1)),
                    noticedAt: Timestamp(microseconds: row.integer(2))
                )
            )
        }
        return restorations
    }

    func usage(after: Position, upTo: Position) throws -> [EventUsage] {
        var usage: [EventUsage] = []
        try query(.usage) { statement in
            try statement.bind(1, after.value)
            try statement.bind(2, upTo.value)
        } row: { row in
            usage.append(
                EventUsage(
                    type: EventType(unchecked: row.text(0)),
                    schemaVersion: Int(row.integer(1)),
                    isReserved: row.integer(2) != 0,
                    count: Int(row.integer(3)),
                    first: Position(row.integer(4)),
                    last: Position(row.integer(5))
                )
            )
        }
        return usage
    }

    func typeVersions() throws -> [TypeVersion] {
        var versions: [TypeVersion] = []
        try query(.typeVersions) { row in
            versions.append(TypeVersion(EventType(unchecked: row.text(0)), Int(row.integer(1))))
        }
        return versions
    }

    func streams(in category: StreamCategory?, after: StreamID?, limit: Int) throws -> [StreamInfo] {
        let limit = try limited(limit)
        var streams: [StreamInfo] = []
        func add(_ row: Statement) {
            let version = Int(row.integer(2))
            streams.append(
                StreamInfo(
                    id: StreamID(unchecked: row.text(0)),
                    state: row.integer(1) == 0 ? .version(version) : .archived(version: version)
                )
            )
        }
        guard let category else {
            try query(.streams) { statement in
                try statement.bind(1, after?.rawValue ?? "")
                try statement.bind(2, limit)
            } row: {
                add($0)
            }
            return streams
        }
        guard let number = try number(of: category.rawValue, .category) else { return [] }
        // A category's streams stand together in the order of names: from the category itself to before its name with
        // the character after the hyphen.
        let isBehind = after.map { !$0.rawValue.utf8.lexicographicallyPrecedes(category.rawValue.utf8) } ?? false
        try run(
            """
            SELECT s.name, s.archived, \(StoreStatement.streamVersion)
            FROM edda_streams s WHERE s.name \(isBehind ? ">" : ">=") ?1 AND s.name < ?2 AND s.category = ?3
            ORDER BY s.name LIMIT ?4
            """,
            [
                .text(isBehind ? after?.rawValue ?? "" : category.rawValue), .text(category.rawValue + "."),
                .integer(number), .integer(limit),
            ]
        ) {
            add($0)
        }
        return streams
    }

    func result(of key: IdempotencyKey) throws -> AppendResult? {
        guard let range = try keyRange(key) else { return nil }
        guard range.first <= range.last else { return AppendResult(positions: nil, versions: [:], wasRepeated: true) }
        var versions: [StreamID: Int] = [:]
        let (events, holes) = try written(from: range.first, through: range.last)
        for event in events { versions[event.stream] = event.version }
        for hole in holes { versions[hole.stream] = Swift.max(versions[hole.stream] ?? 0, hole.version) }
        return AppendResult(
            positions: Position(range.first)...Position(range.last),
            versions: versions,
            wasRepeated: true
        )
    }

    /// The positions that an append under a key wrote; empty when `last` is below `first`.
    func keyRange(_ key: IdempotencyKey) throws -> (first: Int64, last: Int64)? {
        try first(.key, bind: { try $0.bind(1, key.rawValue) }, row: { ($0.integer(0), $0.integer(1)) })
    }

    /// The events from one position through another.
    func events(from first: Int64, through last: Int64) throws -> [RecordedEvent] {
        var events: [RecordedEvent] = []
        var rows = EventRows(in: self)
        try query(.eventsBetween) { statement in
            try statement.bind(1, first)
            try statement.bind(2, last)
        } row: {
            events.append(try rows.event(from: $0))
        }
        return events
    }

    /// What was written from one position through another, and what of it maintenance has deleted.
    func written(from first: Int64, through last: Int64) throws -> (events: [RecordedEvent], holes: [DeletedEvent]) {
        let events = try events(from: first, through: last)
        return (events, Int64(events.count) > last - first ? [] : try holes(from: first, through: last))
    }

    /// The place of an event that maintenance has deleted.
    typealias DeletedEvent = (position: Int64, stream: StreamID, version: Int)

    private func holes(from first: Int64, through last: Int64) throws -> [DeletedEvent] {
        var holes: [DeletedEvent] = []
        try run(
            """
            SELECT h.position, s.name, h.version FROM edda_holes h JOIN edda_streams s ON s.id = h.stream
            WHERE h.position BETWEEN ? AND ?
            """,
            [.integer(first), .integer(last)]
        ) { row in
            holes.append((row.integer(0), StreamID(unchecked: row.text(1)), Int(row.integer(2))))
        }
        return holes
    }

    /// The positions of matching events up to the head, in order.
    func positions(
        of query: EventQuery,
        _ direction: ReadDirection,
        after: Position,
        limit: Int64
    ) throws -> [Int64] {
        try compiler.select(query, direction, after: after.value, limit: limit).map(positions(of:)) ?? []
    }

    private func positions(of selection: QueryCompiler.Selection) throws -> [Int64] {
        var positions: [Int64] = []
        try run(selection.sql, selection.values) { positions.append($0.integer(0)) }
        return positions
    }

    /// Runs a statement that is kept, and hands over each row.
    private func run(_ sql: String, _ values: [SQLValue], _ body: (Statement) throws -> Void) throws {
        try attempt {
            let statement = try connection.cached(sql)
            defer { statement.clear() }
            for (index, value) in values.enumerated() { try statement.bind(Int32(index + 1), value) }
            while try statement.step() { try body(statement) }
        }
    }

    private var compiler: QueryCompiler {
        QueryCompiler(
            number: { [self] name, kind in try number(of: name, kind) },
            span: { [self] lead, direction, after, upTo in try span(of: lead, direction, after: after, upTo: upTo) }
        )
    }

    private func span(
        of lead: QueryCompiler.Lead,
        _ direction: ReadDirection,
        after: Int64,
        upTo: Int64?
    ) throws -> Int64? {
        // Spans are compared with each other alone, so they may as well count from a bound that no position reaches.
        let end = upTo ?? .max
        let isForward = direction == .forward
        let (statement, key): (StoreStatement, Int64) =
            switch lead {
            case .tag(let number): (isForward ? .tagSpan : .tagSpanBackward, number)
            case .type(let number): (isForward ? .typeSpan : .typeSpanBackward, number)
            case .category(let number): (isForward ? .categorySpan : .categorySpanBackward, number)
            }
        return try first(statement) { statement in
            try statement.bind(1, key)
            try statement.bind(2, after)
            try statement.bind(3, end)
        } row: { row in
            isForward ? row.integer(0) - after : end - row.integer(0)
        }
    }
}
