import EddaTesting

/// Makes orders and stock, the same for the same seed.
struct WorldGenerator {
    static let articles = (1...12).map { "article-\($0 < 10 ? "0" : "")\($0)" }
    private static let customers = ["ada", "grace", "edsger", "barbara", "donald", "frances", "niklaus", "radia"]
    private static let currencies = ["EUR", "EUR", "EUR", "USD", "GBP"]
    private static let countries = ["DE", "FR", "US", "GB", "IS", nil]

    private let seed: UInt64
    private var random: SeededGenerator

    init(seed: UInt64) {
        self.seed = seed
        random = SeededGenerator(seed: seed)
    }

    /// So many orders of one to four lines.
    mutating func orders(_ count: Int, of articles: [String]) -> [IncomingOrder] {
        guard !articles.isEmpty else { return [] }
        var orders: [IncomingOrder] = []
        for number in 1...max(1, count) where count > 0 {
            let lines = (1...Int.random(in: 1...4, using: &random))
                .map { _ in
                    OrderLine(
                        sku: pick(articles),
                        quantity: .random(in: 1...5, using: &random),
                        unitPriceMinor: .random(in: 199...9_999, using: &random)
                    )
                }
            let order = try? IncomingOrder(
                id: "\(seed)-\(String(number + 1_000_000).dropFirst())",
                customer: pick(Self.customers),
                currency: pick(Self.currencies),
                country: pick(Self.countries),
                lines: lines
            )
            if let order { orders.append(order) }
        }
        return orders
    }

    /// Stock for about nineteen of twenty pieces that the orders ask for, so that some orders go away empty.
    func stock(for orders: [IncomingOrder]) -> [StockLine] {
        var demand: [String: Int64] = [:]
        for order in orders {
            for line in order.stockLines { demand[line.sku, default: 0] += line.quantity }
        }
        return demand.sorted { $0.key < $1.key }.map { StockLine(sku: $0.key, quantity: $0.value - $0.value / 20) }
    }

    private mutating func pick<Element>(_ choices: [Element]) -> Element {
        choices[Int.random(in: 0..<choices.count, using: &random)]
    }
}
