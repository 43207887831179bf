// What holds between the payments service and the outside that it calls.
extension Audit {
    /// A line of the bank's ledger.
    private struct Booking {
        let position: Int64
        let order: String
        let kind: String
        let key: String
        let amount: Int64
    }

    /// The bank has met each request once, and did what the payments service has on its books.
    mutating func checkBank(_ file: DatabaseFile) throws {
        try checkFile(file, of: "bank")
        var once = AuditReport.Check("G8", "calls to the outside: always with the same key, each booked once")
        var same = AuditReport.Check("Balance", "the bank has done what the payments service has on its books")
        var byKey: [String: Int64] = [:]
        var bookings: [String: [Booking]] = [:]
        try file.each(
            """
            SELECT e.position, s.name, json_extract(CAST(e.data AS TEXT), '$.kind'),
                   json_extract(CAST(e.data AS TEXT), '$.key'), json_extract(CAST(e.data AS TEXT), '$.amount')
            FROM edda_events e JOIN edda_streams s ON s.id = e.stream WHERE e.category > 0 ORDER BY e.position
            """
        ) { row in
            let booking = Booking(
                position: row.integer(0),
                order: String(row.text(1).dropFirst("account-".count)),
                kind: row.text(2),
                key: row.text(3),
                amount: row.integer(4)
            )
            let earlier = byKey.updateValue(booking.position, forKey: booking.key)
            once.expect(
                earlier == nil,
                "bank.db: positions \(earlier ?? 0) and \(booking.position) were booked under the one key \(booking.key)"
            )
            bookings[booking.order, default: []].append(booking)
        }
        let paid = effects.events.filter { $0.value.contains { $0.type.hasPrefix("payment.") } }.keys
        for order in Set(bookings.keys).union(paid).sorted() {
            let booked = bookings[order] ?? []
            let isDecided = walks["order-\(order)"]?.decided.contains("authorize-payment") == true
            for (kind, type) in [
                ("held", "payment.authorized"), ("taken", "payment.captured"), ("released", "payment.voided"),
            ] {
                let (theirs, ours) = (booked.filter { $0.kind == kind }, effects.of(order, type))
                once.expect(
                    theirs.count <= 1,
                    "order \(order): the bank has booked \(kind) \(theirs.count) times (positions "
                        + "\(theirs.map { String($0.position) }.joined(separator: ", ")) of bank.db)"
                )
                // Who has decided that the money need not be given back may be overtaken by the bank that gives it back.
                guard !(isDecided && kind == "released") else { continue }
                same.expect(
                    theirs.map(\.amount) == (kind == "released" ? theirs.map(\.amount) : ours.map { $0.amount ?? 0 })
                        && theirs.count == ours.count,
                    "order \(order): the bank has \(theirs.count) times \(kind) \(theirs.map(\.amount)), payments has "
                        + "\(ours.count) \(type)"
                )
            }
        }
        add(once)
        add(same)
    }
}
