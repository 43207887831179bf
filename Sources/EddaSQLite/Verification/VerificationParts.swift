internal import EddaCore

/// Everything that a verification goes through.
enum VerificationParts {
    private static let restore = "Restore the database from a backup."

    static func all(upTo head: Position) -> [any VerificationPart] {
        // The log hands on to the streams, which need what it has learned.
        [LogPart(head: head), tags, keys, checkpoints, projections, generations, inbox, outbox]
            + [SQLitePart.foreignKeys, SQLitePart.integrity]
    }

    /// The index of tags has nothing that no event has.
    private static let tags = TablePart(
        "tags",
        in: "edda_event_tags",
        """
        SELECT x.tag, x.position, g.name, e.tags, e.position FROM edda_event_tags x
        LEFT JOIN edda_tags g ON g.id = x.tag LEFT JOIN edda_events e ON e.position = x.position
        WHERE (x.tag, x.position) > (?1, ?2) ORDER BY x.tag, x.position LIMIT ?3
        """,
        after: [.integer(.min), .integer(.min)]
    ) { row, page in
        let (tag, place) = (row.optionalText(2), row.integer(1))
        guard !row.isNull(4) else {
            page.find(
                "tag-orphan",
                "The index of tags has \(tag.map { "the tag \($0)" } ?? "a tag") at position \(place), where no event is.",
                "Delete it: DELETE FROM edda_event_tags WHERE tag = \(row.integer(0)) AND position = \(place)."
            )
            return
        }
        guard let tag else {
            page.find("tag-name", "Tag number \(row.integer(0)), used at \(place), has no name.", restore)
            return
        }
        guard !EventRow.tags(from: row.optionalText(3)).contains(Tag(unchecked: tag)) else { return }
        page.find(
            "tag-foreign",
            "The index of tags has the tag \(tag) at position \(place), but the event there does not have it.",
            "Delete it: DELETE FROM edda_event_tags WHERE tag = \(row.integer(0)) AND position = \(place)."
        )
    }

    /// Idempotency keys point into the log.
    private static let keys = TablePart(
        "keys",
        in: "edda_keys",
        """
        SELECT key, first, last, (SELECT head FROM edda_log WHERE id = 1) FROM edda_keys WHERE key > ?1
        ORDER BY key LIMIT ?2
        """,
        after: [.text("")]
    ) { row, page in
        let (first, last, head) = (row.integer(1), row.integer(2), row.integer(3))
        guard first < 1 || last > head || last < first - 1 else { return }
        page.find(
            "key-position",
            "The idempotency key \(row.text(0)) points at positions \(first) to \(last), which the log does not have "
                + "(its head is \(head)).",
            restore
        )
    }

    private static let checkpoints = ahead(
        "checkpoints",
        in: "edda_checkpoints",
        """
        SELECT name, position, (SELECT head FROM edda_log WHERE id = 1), 'The checkpoint ' || name FROM edda_checkpoints
        WHERE name > ?1 ORDER BY name LIMIT ?2
        """,
        check: "checkpoint-ahead"
    )

    private static let projections = ahead(
        "projections",
        in: "edda_projections",
        """
        SELECT name || char(0) || build, position, (SELECT head FROM edda_log WHERE id = 1),
        'Build ' || build || ' of the projection ' || name FROM edda_projections
        WHERE name || char(0) || build > ?1 ORDER BY 1 LIMIT ?2
        """,
        check: "projection-ahead"
    )

    private static let generations = ahead(
        "generations",
        in: "edda_generations",
        """
        SELECT '' || generation, head, (SELECT head FROM edda_log WHERE id = 1), 'Generation ' || generation
        FROM edda_generations WHERE '' || generation > ?1 ORDER BY 1 LIMIT ?2
        """,
        check: "generation-ahead"
    )

    /// Positions that must not lie behind the head.
    private static func ahead(_ name: String, in table: String, _ sql: String, check: String) -> TablePart {
        TablePart(name, in: table, sql, after: [.text("")]) { row, page in
            guard row.integer(1) > row.integer(2) else { return }
            page.find(
                check,
                "\(row.text(3)) stands at \(row.integer(1)), behind the head of the log, \(row.integer(2)).",
                "It would miss what is appended next: restore the database from a backup."
            )
        }
    }

    /// What was begun can be gone on with.
    private static let inbox = TablePart(
        "inbox",
        in: "edda_inbox",
        """
        SELECT consumer, key, outcome, content, recorded_at, attributes, data FROM edda_inbox
        WHERE (consumer, key) > (?1, ?2) ORDER BY consumer, key LIMIT ?3
        """,
        after: [.text(""), .text("")]
    ) { row, page in
        do {
            _ = try InboxRow.entry(row)
        } catch {
            page.find(
                "inbox-entry",
                "What the inbox of \(row.text(0)) has under \(row.text(1)) cannot be read: \(error).",
                restore
            )
        }
    }

    /// The messages that wait are readable, and each of them will have its turn.
    private static let outbox = TablePart(
        "messages",
        in: "edda_outbox",
        """
        SELECT o.sequence, o.destination, o.partition_key, o.attributes, o.lane, o.due_uptime,
        EXISTS (SELECT 1 FROM edda_outbox b WHERE b.destination = o.destination AND b.partition_key = o.partition_key
            AND b.sequence < o.sequence AND b.lane <> 0),
        (SELECT min(f.sequence) FROM edda_outbox f WHERE f.destination = o.destination
            AND f.partition_key = o.partition_key AND f.sequence > o.sequence AND f.lane <> 0),
        (SELECT outbox FROM edda_log WHERE id = 1)
        FROM edda_outbox o WHERE o.sequence > ?1 ORDER BY o.sequence LIMIT ?2
        """,
        after: [.integer(.min)]
    ) { row, page in
        let sequence = row.integer(0)
        if sequence < 1 || sequence > row.integer(8) {
            page.find(
                "outbox-number",
                "Message \(sequence) of the outbox has a number that was never given.",
                "The pump may pass it over: \(restore.lowercasedFirst)"
            )
        }
        do {
            let message = try Message(encodedAttributes: row.bytes(3), data: [])
            if message.destination.rawValue != row.text(1) || message.partitionKey != row.text(2) {
                page.find(
                    "outbox-columns",
                    "Message \(sequence) of the outbox is kept under \(row.text(1)) and \(row.text(2)), but says "
                        + "\(message.destination) and \(message.partitionKey).",
                    restore
                )
            }
        } catch {
            page.find("outbox-message", "Message \(sequence) of the outbox cannot be read: \(error).", restore)
        }
        switch row.integer(4) {
        case 0 where !row.isNull(7):
            page.find(
                "outbox-order",
                "Message \(sequence) of the outbox has not been tried, but the later message \(row.integer(7)) of the "
                    + "same destination and key has.",
                "They are not sent in order: \(restore.lowercasedFirst)"
            )
        case 1 where row.isNull(5) && row.integer(6) == 0:
            page.find(
                "outbox-stuck",
                "Message \(sequence) of the outbox is held and has no time of its next try, and none stands before it.",
                "It would wait for ever: UPDATE edda_outbox SET due_uptime = 0, due_wall = 0 WHERE sequence = \(sequence)."
            )
        default: break
        }
    }
}

extension String {
    /// For a sentence that goes on after a colon.
    fileprivate var lowercasedFirst: String { prefix(1).lowercased() + dropFirst() }
}

/// One of SQLite's own examinations.
struct SQLitePart: VerificationPart {
    let name: String
    private let pragma: String
    private let check: String

    var done: Int { 0 }
    var total: Int { 1 }

    /// Rows that refer to rows which are not there (sqlite.org/pragma.html#pragma_foreign_key_check).
    static let foreignKeys = SQLitePart(name: "references", pragma: "foreign_key_check", check: "foreign-key")
    /// Damage to the file itself (sqlite.org/pragma.html#pragma_integrity_check).
    static let integrity = SQLitePart(name: "pages of the file", pragma: "integrity_check", check: "integrity")

    func page(in transaction: SQLiteReadTransaction) throws -> VerificationPage {
        var page = VerificationPage()
        try transaction.each("PRAGMA \(pragma)") { row in
            if check == "integrity" {
                guard row.text(0) != "ok" else { return }
                page.find(
                    check,
                    "SQLite finds the file damaged: \(row.text(0)).",
                    "Restore the database from a backup."
                )
            } else {
                let place = row.optionalInteger(1).map { "row \($0)" } ?? "a row"
                page.find(
                    check,
                    "In \(row.text(0)) \(place) refers to a row of \(row.text(2)) that is not there.",
                    "Restore the database from a backup."
                )
            }
        }
        return page
    }
}
