internal import EddaCore

/// Verifies what depends on the whole log having been read: the log's row, the streams and the snapshots.
struct StreamsPart: VerificationPart {
    /// The last version of every stream, holes included, by number.
    let versions: [Int64: Int64]
    let lastRecordedAt: Int64
    private var stream = Int64.min
    private(set) var done = 0

    private static let pageSize = 2_000

    init(versions: [Int64: Int64], lastRecordedAt: Int64) {
        self.versions = versions
        self.lastRecordedAt = lastRecordedAt
    }

    var name: String { "streams" }
    var total: Int { versions.count }

    func page(in transaction: SQLiteReadTransaction) throws -> VerificationPage {
        var page = VerificationPage()
        if done == 0 { try judgeLog(in: transaction, &page) }
        var rest = self
        var count = 0
        try transaction.each(
            """
            SELECT s.id, s.name, s.category, c.name, n.version,
            (SELECT max(e.version) FROM edda_events e WHERE e.stream = s.id)
            FROM edda_streams s LEFT JOIN edda_categories c ON c.id = s.category
            LEFT JOIN edda_snapshots n ON n.stream = s.id WHERE s.id > ?1 ORDER BY s.id LIMIT ?2
            """,
            [.integer(stream), .integer(Int64(Self.pageSize))]
        ) { row in
            count += 1
            rest.stream = row.integer(0)
            judge(row, &page)
        }
        rest.done += max(1, count)
        if count == Self.pageSize { page.next = rest }
        return page
    }

    private func judgeLog(in transaction: SQLiteReadTransaction, _ page: inout VerificationPage) throws {
        var log: (head: Int64, recordedAt: Int64)?
        try transaction.each("SELECT head, recorded_at FROM edda_log WHERE id = 1") {
            log = ($0.integer(0), $0.integer(1))
        }
        guard let log else {
            page.find("log-row", "The log has lost its row.", "Restore the database from a backup.")
            return
        }
        if log.recordedAt < lastRecordedAt {
            page.find(
                "log-row",
                "The log says that its last event was recorded at \(Timestamp(microseconds: log.recordedAt)), but there is "
                    + "one of \(Timestamp(microseconds: lastRecordedAt)).",
                "Restore the database from a backup."
            )
        }
        try transaction.each(
            """
            SELECT min(position), count(*) FROM (SELECT position FROM edda_events NOT INDEXED WHERE position > ?1
            UNION ALL SELECT position FROM edda_holes WHERE position > ?1)
            """,
            [.integer(log.head)]
        ) { row in
            guard row.integer(1) > 0 else { return }
            page.find(
                "log-row",
                "The log says that its head is \(log.head), but \(row.integer(1)) events or holes stand behind it, "
                    + "from \(row.integer(0)) on.",
                "Their positions would be given again: restore the database from a backup."
            )
        }
    }

    private func judge(_ row: Statement, _ page: inout VerificationPage) {
        let (number, name) = (row.integer(0), row.text(1))
        let restore = "Restore the database from a backup."
        let version = max(versions[number] ?? 0, row.integer(5))
        if version == 0 {
            page.find("stream-empty", "Stream \(name) has no event.", restore)
        }
        if row.isNull(3) {
            page.find(
                "stream-category",
                "Stream \(name) has category number \(row.integer(2)), which is not there.",
                restore
            )
        } else {
            let category = StreamCategory(unchecked: row.text(3))
            if StreamID(unchecked: name).category != category {
                page.find("stream-category", "Stream \(name) is kept under the category \(category).", restore)
            } else if category.isReserved != (row.integer(2) < 0) {
                page.find(
                    "stream-category",
                    "Category \(category) has number \(row.integer(2)), whose sign is wrong: Edda's own categories, and "
                        + "only they, are negative.",
                    restore
                )
            }
        }
        if row.integer(4) > version {
            page.find(
                "snapshot-ahead",
                "The snapshot of stream \(name) is of version \(row.integer(4)), the stream ends at \(version).",
                "Delete it: DELETE FROM edda_snapshots WHERE stream = \(number); the events tell all."
            )
        }
    }
}
