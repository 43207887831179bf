// What holds in every database by itself.
extension Audit {
    mutating func checkFile(_ file: DatabaseFile, of service: String) throws {
        var integrity = AuditReport.Check("File", "integrity_check and foreign keys of the databases")
        for line in try file.texts("PRAGMA integrity_check") {
            integrity.expect(line == "ok", "\(file.name): \(line)")
        }
        try file.each("PRAGMA foreign_key_check") { row in
            integrity.expect(
                false,
                "\(file.name): row \(row.integer(1)) of \(row.text(0)) refers to a row of \(row.text(2)) that is not there"
            )
        }
        add(integrity)
        try checkPositions(of: file)
        try checkVersions(of: file)
        try checkOutbox(of: file)
    }

    private mutating func checkPositions(of file: DatabaseFile) throws {
        var check = AuditReport.Check("G3", "positions are gapless up to the head")
        let head = try file.integer("SELECT head FROM edda_log")
        let count = try file.integer("SELECT count(*) FROM edda_events")
        check.count = Int(head)
        try file.each(
            """
            SELECT position + 1, next - 1 FROM (
                SELECT position, lead(position, 1, (SELECT head FROM edda_log) + 1) OVER (ORDER BY position) AS next
                FROM (SELECT 0 AS position UNION ALL SELECT position FROM edda_events)
            ) WHERE next > position + 1
            """
        ) { row in
            let (first, last) = (row.integer(0), row.integer(1))
            check.expect(
                false,
                "\(file.name): \(first == last ? "position \(first) is" : "positions \(first) to \(last) are") missing"
            )
        }
        let highest = try file.integer("SELECT max(position) FROM edda_events")
        check.expect(highest <= head, "\(file.name): position \(highest) is beyond the head of the log, \(head)")
        if count == 0 { check.expect(head == 0, "\(file.name): there is no event, but the head is \(head)") }
        add(check)

        var order = AuditReport.Check("G3", "times never go back along positions, whatever the wall clock does")
        order.count = Int(count)
        try file.each(
            """
            SELECT position FROM (
                SELECT position, recorded_at, lag(recorded_at, 1, 0) OVER (ORDER BY position) AS earlier FROM edda_events
            ) WHERE recorded_at < earlier
            """
        ) { row in
            order.expect(false, "\(file.name): position \(row.integer(0)) was recorded before the one before it")
        }
        add(order)
    }

    private mutating func checkVersions(of file: DatabaseFile) throws {
        var check = AuditReport.Check("G3", "versions of every stream are contiguous from 1")
        check.count = Int(try file.integer("SELECT count(DISTINCT stream) FROM edda_events"))
        try file.each(
            """
            SELECT s.name, count(*), min(e.version), max(e.version)
            FROM edda_events e JOIN edda_streams s ON s.id = e.stream
            GROUP BY e.stream HAVING min(e.version) <> 1 OR max(e.version) <> count(*)
            """
        ) { row in
            check.expect(
                false,
                "\(file.name): the \(row.integer(1)) events of stream \(row.text(0)) have versions from "
                    + "\(row.integer(2)) to \(row.integer(3))"
            )
        }
        // Later in a stream is later in the log.
        try file.each(
            """
            SELECT s.name, version FROM (
                SELECT stream, version, position,
                       lag(position, 1, 0) OVER (PARTITION BY stream ORDER BY version) AS earlier
                FROM edda_events
            ) JOIN edda_streams s ON s.id = stream WHERE position < earlier
            """
        ) { row in
            check.expect(
                false,
                "\(file.name): version \(row.integer(1)) of \(row.text(0)) stands before its predecessor in the log"
            )
        }
        add(check)
    }

    private mutating func checkOutbox(of file: DatabaseFile) throws {
        var check = AuditReport.Check("G7", "outboxes are empty")
        check.count = 1
        try file.each(
            """
            SELECT sequence, lane, destination, json_extract(attributes, '$.type'),
                   json_extract(attributes, '$.idempotencykey'), reason
            FROM edda_outbox ORDER BY sequence
            """
        ) { row in
            let state =
                row.integer(1) == 2
                ? "is a dead letter: \(row.optionalText(5) ?? "no reason")" : "was never sent, though all is at rest"
            check.expect(
                false,
                "\(file.name): message \(row.integer(0)), \(row.text(3)) to \(row.text(2)) under "
                    + "\(row.optionalText(4) ?? "no key"), \(state)"
            )
        }
        add(check)
        var timers = AuditReport.Check("G10", "timers belong to sagas that go on")
        timers.count = Int(try file.integer("SELECT count(*) FROM edda_timers"))
        try file.each(
            """
            SELECT t.owner, t.key, s.status FROM edda_timers t LEFT JOIN edda_sagas s ON s.id = t.key
            WHERE s.status IS NULL OR s.status NOT IN ('running', 'compensating')
            """
        ) { row in
            timers.expect(
                false,
                "\(file.name): \(row.text(0)) has a timer for \(row.text(1)), which is "
                    + (row.optionalText(2) ?? "not there")
            )
        }
        add(timers)
    }
}
