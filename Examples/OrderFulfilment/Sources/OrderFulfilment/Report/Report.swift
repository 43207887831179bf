import Edda

/// How a run came out, computed from the read models of the services.
struct Report: Sendable {
    struct Stock: Sendable, Equatable {
        var initial: Int64 = 0
        var shipped: Int64 = 0
        var reserved: Int64 = 0
        var onHand: Int64 = 0
    }

    struct Money: Sendable, Equatable {
        var captured: Int64 = 0
        /// Held and neither taken nor let go.
        var authorized: Int64 = 0
    }

    /// What the bank says, which has a ledger of its own.
    struct Ledger: Sendable, Equatable {
        /// How often it has held, taken or let go of money.
        var bookings = 0
        /// How many idempotency keys these had.
        var keys = 0
        var money: [String: Money] = [:]
    }

    var orders = 0
    var completed = 0
    var compensated = 0
    var parked = 0
    var invalid = 0
    var stock = Stock()
    var money: [String: Money] = [:]
    var bank = Ledger()
    /// What does not balance, in words.
    var problems: [String] = []
    var seconds = 0.0
    /// How many sagas ended in this run.
    var ended = 0
    var folder = ""
    /// One compensated saga, told step by step.
    var example: SagaTimeline?
    /// A parked saga.
    var stuck: SagaRecord?

    var isBalanced: Bool { problems.isEmpty }
    /// What the exit status says.
    var isGood: Bool { isBalanced && parked == 0 }
    var sagasPerSecond: Double { seconds > 0 ? Double(ended) / seconds : 0 }

    /// Reads the services' views and compares them.
    ///
    /// - Throws: `StoreError`.
    static func make(
        of services: Services,
        invalid: Int,
        folder: String,
        endedBefore: Int,
        duration: Duration
    ) async throws -> Report {
        var report = Report()
        report.invalid = invalid
        report.folder = folder
        report.seconds = Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18
        let sold = try await report.readOrders(services.orders)
        report.ended = report.completed + report.compensated - endedBefore
        try await report.readStock(services.inventory)
        try await report.readPayments(services.payments, sold: sold)
        report.readBank(try await services.bank.bookings())
        return report
    }

    /// - Returns: The totals of the completed orders by currency.
    private mutating func readOrders(_ runtime: EddaRuntime) async throws -> [String: Int64] {
        let rows = try await runtime.store.read {
            try $0.rows("SELECT status, currency, total FROM order_summary")
        }
        var sold: [String: Int64] = [:]
        for row in rows {
            let currency: String = try row.value("currency")
            orders += 1
            money[currency, default: Money()] = money[currency] ?? Money()
            switch try row.value("status", as: String.self) {
            case "confirmed":
                completed += 1
                sold[currency] = try Self.sum(
                    sold[currency, default: 0],
                    row.value("total"),
                    "the completed orders in \(currency)",
                    &problems
                )
            case "cancelled": compensated += 1
            default: break
            }
        }
        let counts = try await runtime.store.read { try $0.sagaCounts() }
        parked = counts[.parked, default: 0]
        let open = orders - completed - compensated
        if open != parked { problems.append("\(open) orders are open, but \(parked) sagas are parked") }
        let first = try await runtime.store.read { try $0.sagas(SagaFilter(statuses: [.compensated], limit: 1)) }.first
        stuck = try await runtime.store.read { try $0.sagas(SagaFilter(statuses: [.parked], limit: 1)) }.first
        if let first { example = try await runtime.sagas.timeline(of: first.id) }
        return sold
    }

    private mutating func readStock(_ runtime: EddaRuntime) async throws {
        let (levels, open) = try await runtime.store.read { transaction in
            (
                try transaction.rows("SELECT sku, initial, on_hand, reserved, shipped FROM stock_levels"),
                try transaction.rows("SELECT count(*) AS n FROM open_reservations")
            )
        }
        for row in levels {
            let level = Stock(
                initial: try row.value("initial"),
                shipped: try row.value("shipped"),
                reserved: try row.value("reserved"),
                onHand: try row.value("on_hand")
            )
            for part in [\Stock.initial, \.shipped, \.reserved, \.onHand] {
                stock[keyPath: part] = Self.sum(stock[keyPath: part], level[keyPath: part], "the stock", &problems)
            }
            if level.shipped + level.onHand + level.reserved != level.initial {
                problems.append("\(try row.value("sku", as: String.self)): \(level) does not add up")
            }
        }
        let left = try open.first?.value("n", as: Int.self) ?? 0
        if left > 0 || stock.reserved != 0 { problems.append("\(left) reservations are left over") }
    }

    private mutating func readPayments(_ runtime: EddaRuntime, sold: [String: Int64]) async throws {
        let rows = try await runtime.store.read {
            try $0.rows("SELECT status, currency, amount FROM payments WHERE status <> 'voided'")
        }
        var held = 0
        for row in rows {
            let currency: String = try row.value("currency")
            let amount: Int64 = try row.value("amount")
            let what = "the payments in \(currency)"
            var sums = money[currency] ?? Money()
            if try row.value("status", as: String.self) == "captured" {
                sums.captured = Self.sum(sums.captured, amount, what, &problems)
            } else {
                held += 1
                sums.authorized = Self.sum(sums.authorized, amount, what, &problems)
            }
            money[currency] = sums
        }
        if held > 0 { problems.append("\(held) authorizations are left over") }
        for currency in Set(money.keys).union(sold.keys).sorted() {
            let captured = money[currency]?.captured ?? 0
            let expected = sold[currency, default: 0]
            if captured != expected {
                problems.append("\(currency): \(captured) captured, the completed orders come to \(expected)")
            }
        }
    }

    /// Compares what the payments service has on its books with what the bank has.
    private mutating func readBank(_ bookings: [BankBooking]) {
        bank.bookings = bookings.count
        bank.keys = Set(bookings.map(\.key)).count
        for booking in bookings {
            let what = "the bank's bookings in \(booking.currency)"
            var sums = bank.money[booking.currency] ?? Money()
            if booking.kind == .held {
                sums.authorized = Self.sum(sums.authorized, booking.amount, what, &problems)
            } else {
                sums.authorized = Self.sum(sums.authorized, -booking.amount, what, &problems)
            }
            if booking.kind == .taken { sums.captured = Self.sum(sums.captured, booking.amount, what, &problems) }
            bank.money[booking.currency] = sums
        }
        if bank.keys != bank.bookings {
            problems.append("the bank has booked \(bank.bookings) times under \(bank.keys) keys")
        }
        for currency in Set(money.keys).union(bank.money.keys).sorted() {
            let (ours, theirs) = (money[currency] ?? Money(), bank.money[currency] ?? Money())
            guard ours != theirs else { continue }
            problems.append(
                "\(currency): the bank has taken \(theirs.captured) and holds \(theirs.authorized), the payments say "
                    + "\(ours.captured) and \(ours.authorized)"
            )
        }
    }

    /// Adds, and says so when the sum is beyond 64 bits: several files in one folder can get there.
    private static func sum(_ sum: Int64, _ amount: Int64, _ what: String, _ problems: inout [String]) -> Int64 {
        let (result, tooMuch) = sum.addingReportingOverflow(amount)
        guard tooMuch else { return result }
        problems.append("\(what) overflow 64 bits")
        return sum
    }
}
