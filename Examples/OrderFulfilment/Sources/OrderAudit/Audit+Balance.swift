// What the example itself promises: nothing is made, nothing is lost, and the read models say so.
extension Audit {
    mutating func checkBalance() {
        var content = AuditReport.Check("Balance", "reserved, paid and shipped is what was ordered")
        var stock = AuditReport.Check("Balance", "stock of every article adds up and is never below zero")
        var money = AuditReport.Check(
            "Balance",
            "money taken is what confirmed orders come to; money held belongs to undecided ones"
        )
        var onHand = effects.received
        var taken: [String: Int64] = [:]
        var sold: [String: Int64] = [:]
        for (subject, events) in effects.events.sorted(by: { $0.key < $1.key }) {
            guard let order = events.first(where: { $0.type == "order.placed" }) else {
                content.expect(false, "\(subject) has \(events.map(\.type)), but no such order was placed")
                continue
            }
            for event in events {
                switch event.type {
                case "stock.reserved": for (sku, count) in event.pieces { onHand[sku, default: 0] -= count }
                case "stock.released": for (sku, count) in event.pieces { onHand[sku, default: 0] += count }
                case "payment.captured": taken[event.currency ?? "", default: 0] += event.amount ?? 0
                case "order.confirmed": sold[order.currency ?? "", default: 0] += order.amount ?? 0
                default: break
                }
                if !event.pieces.isEmpty {
                    content.expect(
                        event.pieces == order.pieces,
                        "order \(subject): \(event.type) (position \(event.position)) is about other pieces than were ordered"
                    )
                }
                if event.type == "payment.authorized" || event.type == "payment.captured" {
                    content.expect(
                        event.amount == order.amount && event.currency == order.currency,
                        "order \(subject): \(event.type) (position \(event.position)) is about \(event.amount ?? 0) "
                            + "\(event.currency ?? ""), the order comes to \(order.amount ?? 0) \(order.currency ?? "")"
                    )
                }
            }
            checkHeld(subject, &money)
        }
        for (sku, count) in onHand.sorted(by: { $0.key < $1.key }) {
            stock.expect(count >= 0, "\(sku): \(-count) pieces more were set aside than there are")
        }
        for currency in Set(taken.keys).union(sold.keys).sorted() {
            let (taken, sold) = (taken[currency] ?? 0, sold[currency] ?? 0)
            money.expect(taken == sold, "\(currency): \(taken) were taken, confirmed orders come to \(sold)")
        }
        add(content)
        add(stock)
        add(money)
    }

    /// Money is still held, and pieces are set aside, only where an operator said so or is to say so.
    private func checkHeld(_ subject: String, _ check: inout AuditReport.Check) {
        let saga = "order-\(subject)"
        let status = sagas[saga]?.status ?? "without a saga"
        let isOpen = status != "completed" && status != "compensated"
        for (held, ended, step) in [
            ("payment.authorized", ["payment.captured", "payment.voided"], "authorize-payment"),
            ("stock.reserved", ["stock.issued", "stock.released"], "reserve-stock"),
        ] where !effects.of(subject, held).isEmpty {
            let isHeld = ended.allSatisfy { effects.of(subject, $0).isEmpty }
            check.expect(
                !isHeld || isOpen || walks[saga]?.decided.contains(step) == true,
                "order \(subject): \(held) is neither taken nor let go, though its saga is \(status)"
            )
        }
    }

    /// The read models say what the events say.
    mutating func checkViews() throws {
        var check = AuditReport.Check("G5", "read models hold what the events tell")
        var levels: [String: [Int64]] = effects.received.mapValues { [$0, $0, 0, 0] }
        for event in effects.events.values.joined() {
            for (sku, count) in event.pieces {
                let change: [Int64] =
                    switch event.type {
                    case "stock.reserved": [0, -count, count, 0]
                    case "stock.released": [0, count, -count, 0]
                    case "stock.issued": [0, 0, -count, count]
                    default: [0, 0, 0, 0]
                    }
                guard let level = levels[sku] else { continue }
                levels[sku] = zip(level, change).map(+)
            }
        }
        try file("inventory").each("SELECT sku, initial, on_hand, reserved, shipped FROM stock_levels") { row in
            let found = (1...4).map { row.integer($0) }
            let told = levels.removeValue(forKey: row.text(0))
            check.expect(
                found == told,
                "stock_levels has \(row.text(0)) with \(found) (initial, on hand, reserved, shipped), the events come to "
                    + "\(told ?? [])"
            )
        }
        for sku in levels.keys.sorted() { check.expect(false, "stock_levels lacks \(sku)") }
        try compare(
            "payments",
            "SELECT order_id, status FROM payments",
            of: ["payment.authorized", "payment.voided", "payment.captured"],
            &check
        )
        try compare(
            "orders",
            "SELECT order_id, status FROM order_summary",
            of: ["order.placed", "order.confirmed", "order.cancelled"],
            &check
        )
        try compare("shipping", "SELECT order_id, 'created' FROM parcels", of: ["shipment.created"], &check)
        add(check)
    }

    /// Compares a view of orders and their status with the last event of each, whose type ends with that status.
    private func compare(
        _ service: String,
        _ query: String,
        of types: [String],
        _ check: inout AuditReport.Check
    ) throws {
        var told: [String: String] = [:]
        for (subject, events) in effects.events {
            guard let last = events.last(where: { types.contains($0.type) }) else { continue }
            told[subject] = last.type.split(separator: ".").last.map(String.init)
        }
        try file(service).each(query) { row in
            let expected = told.removeValue(forKey: row.text(0))
            check.expect(
                expected == row.text(1),
                "the view of \(service) has order \(row.text(0)) as \(row.text(1)), its events say \(expected ?? "nothing")"
            )
        }
        for (subject, status) in told.sorted(by: { $0.key < $1.key }) {
            check.expect(false, "the view of \(service) lacks order \(subject), whose events say \(status)")
        }
    }
}
