internal import EddaCore

/// Verifies the log itself: every position up to the head is an event or a known hole, versions count up in every
/// stream, times never fall, and every event's stream, type, category and tags are there.
///
/// Holes keep the stream and version of what was deleted, so events and holes together, in the order of positions, have to
/// be complete.
struct LogPart: VerificationPart {
    let head: Position
    private var position: Int64 = 0
    private var recordedAt = Int64.min
    /// The last version of every stream so far, by number.
    private var versions: [Int64: Int64] = [:]

    private static let pageSize: Int64 = 2_000

    init(head: Position) { self.head = head }

    var name: String { "events" }
    var done: Int { Int(position) }
    var total: Int { Int(head.value) }

    func page(in transaction: SQLiteReadTransaction) throws -> VerificationPage {
        var page = VerificationPage()
        var rest = self
        let end = try self.end(in: transaction)
        var holes = try transaction.holes(after: position, upTo: end)[...]
        try transaction.each(Self.events, [.integer(position), .integer(end)]) { row in
            let place = row.integer(0)
            while let hole = holes.first, hole.position < place {
                holes.removeFirst()
                rest.pass(hole, &page)
            }
            if let hole = holes.first, hole.position == place {
                holes.removeFirst()
                page.find(
                    "hole-taken",
                    "Position \(place) is recorded as a hole, but an event is there.",
                    "Positions are never given twice: restore the database from a backup."
                )
            }
            rest.expect(place, &page)
            page.events += 1
            rest.judge(row, at: place, &page)
            for tag in EventRow.tags(from: row.optionalText(7)).sorted() {
                try rest.judge(tag, of: place, in: transaction, &page)
            }
        }
        for hole in holes { rest.pass(hole, &page) }
        if rest.position < end { rest.expect(end == .max ? end : end + 1, &page) }
        rest.position = end
        if end < head.value {
            page.next = rest
        } else {
            page.next = StreamsPart(versions: rest.versions, lastRecordedAt: rest.recordedAt)
        }
        return page
    }

    /// Where a page ends: where nothing is, it goes on to the next event or hole, since a damaged head may be far away.
    private func end(in transaction: SQLiteReadTransaction) throws -> Int64 {
        guard head.value - position > Self.pageSize else { return head.value }
        var next: Int64?
        try transaction.each(
            """
            SELECT min(position) FROM (SELECT min(position) AS position FROM edda_events WHERE position > ?1
            UNION ALL SELECT min(position) FROM edda_holes WHERE position > ?1)
            """,
            [.integer(position)]
        ) { row in
            next = row.isNull(0) ? nil : row.integer(0)
        }
        guard let next else { return head.value }
        return min(head.value, max(position + Self.pageSize, next - 1))
    }

    private static let events = """
        SELECT e.position, e.stream, e.version, e.category, t.name, e.schema_version, e.recorded_at, e.tags, s.name,
        s.category, c.id, v.type, length(e.id), e.headers
        FROM edda_events e NOT INDEXED LEFT JOIN edda_streams s ON s.id = e.stream LEFT JOIN edda_types t ON t.id = e.type
        LEFT JOIN edda_categories c ON c.id = e.category
        LEFT JOIN edda_type_versions v ON v.type = e.type AND v.schema_version = e.schema_version
        WHERE e.position > ?1 AND e.position <= ?2 ORDER BY e.position
        """

    /// The next event or hole is at `place`: what lies between is missing.
    private mutating func expect(_ place: Int64, _ page: inout VerificationPage) {
        if place > position + 1 {
            let range = place == position + 2 ? "Position \(position + 1)" : "Positions \(position + 1) to \(place - 1)"
            page.find(
                "position-missing",
                "\(range) of the log hold no event, and no deletion is recorded.",
                "Events have been lost: restore the database from a backup."
            )
        }
        position = place
    }

    private mutating func pass(_ hole: Hole, _ page: inout VerificationPage) {
        expect(hole.position, &page)
        page.holes += 1
        count(hole.version, in: hole.stream, named: nil, at: hole.position, &page)
    }

    private mutating func count(
        _ version: Int64,
        in stream: Int64,
        named name: String?,
        at place: Int64,
        _ page: inout VerificationPage
    ) {
        let last = versions[stream, default: 0]
        if last == .max || version != last + 1 {
            page.find(
                "version-gap",
                "Position \(place) has version \(version) of stream \(name ?? "number \(stream)"), where version "
                    + "\(last == .max ? "none" : "\(last + 1)") is next.",
                "An event of the stream was lost or changed: restore the database from a backup."
            )
        }
        versions[stream] = version
    }

    private mutating func judge(_ row: Statement, at place: Int64, _ page: inout VerificationPage) {
        let restore = "Restore the database from a backup."
        let name = row.optionalText(8)
        count(row.integer(2), in: row.integer(1), named: name, at: place, &page)
        if name == nil {
            page.find(
                "event-stream",
                "The event at \(place) is of stream number \(row.integer(1)), which is not there.",
                restore
            )
        } else if row.integer(9) != row.integer(3) {
            page.find(
                "event-category",
                "The event at \(place) has category number \(row.integer(3)), its stream \(name ?? "") has "
                    + "\(row.integer(9)).",
                restore
            )
        }
        if row.isNull(10) {
            page.find(
                "event-category",
                "The event at \(place) has category number \(row.integer(3)), which is not there.",
                restore
            )
        }
        if row.isNull(4) {
            page.find("event-type", "The type of the event at \(place) is not there.", restore)
        } else if row.isNull(11) {
            page.find(
                "type-version",
                "Version \(row.integer(5)) of type \(row.text(4)), stored at \(place), is not in the list of stored "
                    + "versions.",
                "Programs that cannot read it will not notice at their start: restore the database from a backup."
            )
        }
        if row.integer(12) != 16 { page.find("event-id", "The id of the event at \(place) is no UUID.", restore) }
        if (try? EventRow.headers(from: row.optionalText(13))) == nil {
            page.find("event-headers", "The headers of the event at \(place) are no JSON object of texts.", restore)
        }
        let time = row.integer(6)
        if time < recordedAt {
            page.find(
                "time-falls",
                "The event at \(place) was recorded at \(Timestamp(microseconds: time)), before its predecessor "
                    + "(\(Timestamp(microseconds: recordedAt))).",
                restore
            )
        }
        recordedAt = max(recordedAt, time)
    }

    /// Whether the index of tags knows a tag of an event.
    private func judge(
        _ tag: Tag,
        of place: Int64,
        in transaction: SQLiteReadTransaction,
        _ page: inout VerificationPage
    ) throws {
        var isThere = false
        try transaction.each(
            "SELECT 1 FROM edda_tags g JOIN edda_event_tags x ON x.tag = g.id AND x.position = ?2 WHERE g.name = ?1",
            [.text(tag.rawValue), .integer(place)]
        ) { _ in
            isThere = true
        }
        guard !isThere else { return }
        page.find(
            "tag-missing",
            "The event at \(place) has the tag \(tag), but the index of tags does not have it, so queries by the tag miss "
                + "it.",
            "Restore the database from a backup."
        )
    }
}

/// A position that maintenance has deleted.
struct Hole: Sendable {
    let position: Int64
    let stream: Int64
    let version: Int64
}

extension SQLiteReadTransaction {
    /// The holes between two positions, in order.
    fileprivate func holes(after: Int64, upTo: Int64) throws -> [Hole] {
        var holes: [Hole] = []
        try each(
            "SELECT position, stream, version FROM edda_holes WHERE position > ?1 AND position <= ?2 ORDER BY position",
            [.integer(after), .integer(upTo)]
        ) { row in
            holes.append(Hole(position: row.integer(0), stream: row.integer(1), version: row.integer(2)))
        }
        return holes
    }

    /// Every row of a query of Edda's own.
    func each(_ sql: String, _ values: [SQLValue] = [], row: (Statement) throws -> Void) throws {
        try attempt {
            let statement = try connection.cached(sql)
            defer { statement.clear() }
            for (index, value) in values.enumerated() { try statement.bind(Int32(index + 1), value) }
            while try statement.step() { try row(statement) }
        }
    }
}
