extension Report {
    /// The summary for people.
    var table: String {
        var lines = [
            "orders       \(orders)",
            "  completed  \(completed)",
            "  undone     \(compensated)",
            "  parked     \(parked)",
        ]
        if invalid > 0 { lines.append("not placed   \(invalid) invalid") }
        lines.append(
            "stock        \(stock.initial) at first = \(stock.shipped) shipped + \(stock.onHand) on hand + \(stock.reserved) reserved"
        )
        for (currency, sums) in money.sorted(by: { $0.key < $1.key }) {
            lines.append(
                "\(currency)          \(Self.amount(sums.captured)) captured, \(Self.amount(sums.authorized)) still held"
            )
        }
        lines.append("bank         \(bank.bookings) bookings under \(bank.keys) keys")
        lines.append(isBalanced ? "balanced     yes" : "balanced     NO")
        lines += problems.map { "             \($0)" }
        lines.append("time         \(Self.rounded(seconds)) s, \(Self.rounded(sagasPerSecond)) sagas/s")
        return lines.joined(separator: "\n") + "\n"
    }

    private static func amount(_ minor: Int64) -> String {
        let cents = String(minor.magnitude % 100 + 100).dropFirst()
        return "\(minor / 100).\(cents)"
    }

    private static func rounded(_ value: Double) -> String {
        let tenths = Int64((value * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }
}
