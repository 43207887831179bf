import EddaTesting
import Foundation
import OrderAudit
import Testing

/// The reader that checks the guarantees finds what is wrong, and names it.
@Suite struct AuditTests {
    /// Something that must never happen, done to a good folder.
    struct Defect: Sendable, CustomTestStringConvertible {
        let name: String
        let service: String
        /// Finds what is damaged; stands for `$victim` below.
        let victim: String
        let change: String
        /// What a finding says.
        let finding: String

        var testDescription: String { name }
    }

    private static let unlocked =
        "DROP TRIGGER edda_events_no_delete; DROP TRIGGER edda_events_no_update; DROP TRIGGER edda_events_hole; "
    private static func event(_ type: String, _ value: String = "e.position") -> String {
        """
        SELECT \(value) FROM edda_events e JOIN edda_types t ON t.id = e.type JOIN edda_streams s ON s.id = e.stream
        WHERE t.name = '\(type)' ORDER BY e.position LIMIT 1
        """
    }
    private static func saga(_ status: String) -> String {
        "SELECT id FROM edda_sagas WHERE status = '\(status)' ORDER BY id LIMIT 1"
    }

    static let defects = [
        Defect(
            name: "an event is gone",
            service: "orders",
            victim: event("order.confirmed"),
            change: unlocked + "DELETE FROM edda_events WHERE position = $victim",
            finding: "G3: orders.db: position $victim is missing"
        ),
        Defect(
            name: "the last event is gone, and the head with it",
            service: "payments",
            victim:
                "SELECT t.name FROM edda_events e JOIN edda_types t ON t.id = e.type ORDER BY position DESC LIMIT 1",
            change: unlocked + "DELETE FROM edda_events WHERE position = (SELECT head FROM edda_log); "
                + "UPDATE edda_log SET head = head - 1",
            finding: "but there is no $victim"
        ),
        Defect(
            name: "an event has another version",
            service: "shipping",
            victim: event("shipment.created", "s.name"),
            change: unlocked
                + "UPDATE edda_events SET version = 2 WHERE stream = (SELECT id FROM edda_streams WHERE name = '$victim')",
            finding: "G3: shipping.db: the 1 events of stream $victim have versions from 2 to 2"
        ),
        Defect(
            name: "time has gone back",
            service: "inventory",
            victim: "SELECT max(position) FROM edda_events",
            change: unlocked + "UPDATE edda_events SET recorded_at = 5 WHERE position = $victim",
            finding: "G3: inventory.db: position $victim was recorded before"
        ),
        Defect(
            name: "a command took effect twice",
            service: "payments",
            victim: event("payment.captured", "substr(s.name, 9)"),
            change: """
                INSERT INTO edda_events SELECT (SELECT head FROM edda_log) + 1, stream, version + 1, category, type,
                    schema_version, recorded_at, randomblob(16), tags, correlation, causation, headers, data
                FROM edda_events WHERE position = (\(event("payment.captured")));
                UPDATE edda_log SET head = head + 1
                """,
            finding: "G8: order $victim: payment.captured happened 2 times"
        ),
        Defect(
            name: "an effect belongs to another conversation",
            service: "shipping",
            victim: event("shipment.created"),
            change: unlocked + "UPDATE edda_events SET correlation = 'elsewhere' WHERE position = $victim",
            finding: "shipment.created (position $victim) belongs to the conversation elsewhere"
        ),
        Defect(
            name: "the inbox has forgotten",
            service: "payments",
            victim:
                "SELECT substr(key, 15) FROM edda_inbox WHERE key LIKE '%/capture-payment' AND outcome = 'succeeded'",
            change: "DELETE FROM edda_inbox WHERE key LIKE '% $victim'",
            finding: "the inbox has no success under $victim"
        ),
        Defect(
            name: "the inbox has what never happened",
            service: "inventory",
            victim: "SELECT substr(key, 15) FROM edda_inbox WHERE key LIKE '%/reserve-stock' AND outcome = 'rejected'",
            change: "UPDATE edda_inbox SET outcome = 'succeeded' WHERE key LIKE '% $victim'",
            finding: "the inbox of inventory has a success under $victim, but there is no stock.reserved"
        ),
        Defect(
            name: "a message was never sent",
            service: "orders",
            victim: saga("completed"),
            change: """
                INSERT INTO edda_outbox (destination, partition_key, attributes, data) VALUES
                ('shipping', '$victim', '{"type":"shipping.create-shipment","idempotencykey":"$victim/ship"}', x'7B7D')
                """,
            finding: "shipping.create-shipment to shipping under $victim/ship, was never sent"
        ),
        Defect(
            name: "a message was given up",
            service: "orders",
            victim: saga("completed"),
            change: """
                INSERT INTO edda_outbox (destination, partition_key, attributes, data, lane, reason) VALUES
                ('shipping', '$victim', '{"idempotencykey":"$victim/ship"}', x'7B7D', 2, 'nobody there')
                """,
            finding: "under $victim/ship, is a dead letter: nobody there"
        ),
        Defect(
            name: "a saga stands still without anybody knowing",
            service: "orders",
            victim: saga("completed"),
            change: "UPDATE edda_sagas SET status = 'running', step = 'ship' WHERE id = '$victim'",
            finding: "G10: saga $victim is still running, at step ship"
        ),
        Defect(
            name: "a saga's row contradicts its history",
            service: "orders",
            victim: saga("completed"),
            change: "UPDATE edda_sagas SET status = 'compensated' WHERE id = '$victim'",
            finding: "G12: saga $victim: its row says compensated, its instance completed, its history completed"
        ),
        Defect(
            name: "a saga is parked without a reason",
            service: "orders",
            victim: saga("parked"),
            change: "UPDATE edda_sagas SET reason = NULL WHERE id = '$victim'",
            finding: "G10: saga $victim is parked, at step authorize-payment without a reason"
        ),
        Defect(
            name: "a saga is gone",
            service: "orders",
            victim: "SELECT substr(id, 7) FROM edda_sagas ORDER BY id LIMIT 1",
            change: "DELETE FROM edda_sagas WHERE id = 'order-$victim'",
            finding: "G10: order $victim was placed, but has no saga"
        ),
        Defect(
            name: "a timer is left",
            service: "orders",
            victim: saga("compensated"),
            change: "INSERT INTO edda_timers VALUES ('sagas', '$victim', 1, 1)",
            finding: "G10: orders.db: sagas has a timer for $victim, which is compensated"
        ),
        Defect(
            name: "a compensation was not done",
            service: "payments",
            victim: event("payment.voided", "e.correlation"),
            change: unlocked + "DELETE FROM edda_events WHERE position = (\(event("payment.voided")))",
            finding: "G11: saga $victim, compensated: step authorize-payment is undone, but payments has 1 "
                + "payment.authorized and 0 payment.voided"
        ),
        Defect(
            name: "compensations came in the wrong order",
            service: "orders",
            victim: """
                SELECT e.correlation FROM edda_events e JOIN edda_types t ON t.id = e.type
                WHERE t.name = 'edda.step.undo-dispatched' AND CAST(e.data AS TEXT) LIKE '%authorize-payment%' LIMIT 1
                """,
            change: unlocked + """
                UPDATE edda_events SET data = CAST(replace(replace(replace(CAST(data AS TEXT), 'reserve-stock', 'third'),
                    'authorize-payment', 'reserve-stock'), 'third', 'authorize-payment') AS BLOB)
                WHERE correlation = '$victim'
                  AND type = (SELECT id FROM edda_types WHERE name = 'edda.step.undo-dispatched')
                """,
            finding: "reserve-stock was compensated before authorize-payment"
        ),
        Defect(
            name: "a pivot was not withdrawn",
            service: "orders",
            victim: """
                SELECT e.correlation FROM edda_events e JOIN edda_types t ON t.id = e.type
                WHERE t.name = 'edda.step.rejected' AND CAST(e.data AS TEXT) LIKE '%capture-payment%' LIMIT 1
                """,
            change: unlocked + """
                UPDATE edda_events SET type = (SELECT id FROM edda_types WHERE name = 'edda.step.dispatched')
                WHERE correlation = '$victim' AND type = (SELECT id FROM edda_types WHERE name = 'edda.step.rejected')
                """,
            finding: "the saga turned back while its pivot capture-payment was dispatched and not withdrawn"
        ),
        Defect(
            name: "an ended saga was compensated",
            service: "orders",
            victim: event("edda.saga.completed", "e.correlation"),
            change: unlocked + """
                UPDATE edda_events SET type = (SELECT id FROM edda_types WHERE name = 'edda.saga.compensated')
                WHERE correlation = '$victim' AND type = (SELECT id FROM edda_types WHERE name = 'edda.saga.completed')
                """,
            finding: "the saga is called compensated, but it had not turned back"
        ),
        Defect(
            name: "another amount was taken",
            service: "payments",
            victim: event("payment.captured"),
            change: unlocked
                + "UPDATE edda_events SET data = CAST(json_set(CAST(data AS TEXT), '$.amount', 3) AS BLOB) WHERE position = $victim",
            finding: "payment.captured (position $victim) is about 3 "
        ),
        Defect(
            name: "the bank was asked twice",
            service: "bank",
            victim: event("bank.booked", "substr(s.name, 9)"),
            change: """
                INSERT INTO edda_events SELECT (SELECT head FROM edda_log) + 1, stream,
                    (SELECT max(version) + 1 FROM edda_events WHERE stream = e.stream), category, type,
                    schema_version, recorded_at, randomblob(16), tags, correlation, causation, headers, data
                FROM edda_events e WHERE position = (\(event("bank.booked")));
                UPDATE edda_log SET head = head + 1
                """,
            finding: "G8: order $victim: the bank has booked held 2 times"
        ),
        Defect(
            name: "the bank has other books",
            service: "bank",
            victim: event("bank.booked", "substr(s.name, 9)"),
            change: unlocked + """
                UPDATE edda_events SET data = CAST(json_set(CAST(data AS TEXT), '$.amount', 3) AS BLOB)
                WHERE position = (\(event("bank.booked")))
                """,
            finding: "Balance: order $victim: the bank has 1 times held [3], payments has 1 payment.authorized"
        ),
        Defect(
            name: "a call has no outcome, though its saga has ended",
            service: "payments",
            victim:
                "SELECT substr(key, 15) FROM edda_inbox WHERE key LIKE '%/capture-payment' AND outcome = 'succeeded'",
            change:
                "UPDATE edda_inbox SET outcome = 'started', attributes = '{}', data = x'7B7D' WHERE key LIKE '% $victim'",
            finding: "the inbox has $victim as started, though its saga has ended"
        ),
        Defect(
            name: "a read model is wrong",
            service: "inventory",
            victim: "SELECT sku FROM stock_levels ORDER BY sku LIMIT 1",
            change: "UPDATE stock_levels__1_1 SET on_hand = on_hand + 1 WHERE sku = '$victim'",
            finding: "G5: stock_levels has $victim with"
        ),
        Defect(
            name: "a read model lacks an order",
            service: "shipping",
            victim: "SELECT order_id FROM parcels ORDER BY order_id LIMIT 1",
            change: "DELETE FROM parcels__1_1 WHERE order_id = '$victim'",
            finding: "G5: the view of shipping lacks order $victim"
        ),
    ]

    @Test func aGoodFolderHasNothingWrong() async throws {
        let folder = try await AuditFolder.copy()
        let report = try Audit.examine(folder: folder.folder.path)
        #expect(report.findings.isEmpty, "\(report.findings)")
        #expect(report.checks.allSatisfy { $0.count > 0 || $0.what.hasPrefix("timers") })
        #expect(Set(report.sagas.keys) == ["completed", "compensated", "parked"])
        #expect(report.decisions == ["skip": 1, "resolve": 1])
    }

    // guarantees: G3, G5, G7, G8, G10, G11, G12
    @Test(arguments: defects) func aDefectIsFoundAndNamed(_ defect: Defect) async throws {
        let folder = try await AuditFolder.copy()
        let victim = try folder.value(defect.service, defect.victim)
        try folder.change(defect.service, defect.change.replacing("$victim", with: victim))
        let findings = try folder.findings()
        let expected = defect.finding.replacing("$victim", with: victim)
        #expect(findings.contains { $0.contains(expected) }, "\(expected) is not among \(findings)")
    }

    @Test func anIndexThatContradictsItsTableIsFound() async throws {
        let folder = try await AuditFolder.copy()
        let root = try folder.value("orders", "SELECT rootpage FROM sqlite_schema WHERE name = 'edda_events_type'")
        let page = try folder.value("orders", "PRAGMA page_size")
        let (number, size) = try (#require(UInt64(root)), #require(UInt64(page)))
        let file = try FileHandle(forUpdating: URL(filePath: folder.path(of: "orders")))
        try file.seek(toOffset: (number - 1) * size)
        // A leaf of an index without an entry (sqlite.org/fileformat2.html, section 1.6).
        try file.write(contentsOf: [0x0A, 0, 0, 0, 0, UInt8(size >> 8), UInt8(size & 0xFF), 0] as [UInt8])
        try file.close()
        let findings = try folder.findings()
        #expect(
            findings.contains { $0.hasPrefix("File: orders.db: ") && $0.contains("edda_events_type") },
            "\(findings)"
        )
    }

    /// Whatever event is taken out of whatever log, it is missed.
    @Test(arguments: ["orders", "inventory", "payments", "shipping", "bank"])
    func everyEventIsMissed(service: String) async throws {
        let seed = UInt64.random(in: 1...1_000_000)
        var random = SeededGenerator(seed: seed)
        for _ in 1...4 {
            let folder = try await AuditFolder.copy()
            let head = try #require(Int(try folder.value(service, "SELECT head FROM edda_log")))
            let position = Int.random(in: 1...head, using: &random)
            try folder.change(service, Self.unlocked + "DELETE FROM edda_events WHERE position = \(position)")
            let findings = try folder.findings()
            #expect(
                findings.contains("G3: \(service).db: position \(position) is missing"),
                "seed \(seed): \(findings)"
            )
            #expect(findings.count > 1, "seed \(seed): only the gap is noticed, not what is missing")
        }
    }
}
