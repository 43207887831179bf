import Foundation

/// Everything that a run works on: the stock at its beginning and the orders, in their order.
struct World: Sendable {
    var stock: [StockLine] = []
    var orders: [IncomingOrder] = []
    /// The lines of input that cannot be used.
    var bad: [BadLine] = []

    /// Reads and checks the files that are given and generates what is not.
    ///
    /// Without stock the articles of the orders get nearly what is asked for; without orders `count` of them are made
    /// from the articles in stock, the same for the same seed.
    ///
    /// - Parameters:
    ///   - first: The number of the first order that is made; the others before it are left out.
    ///   - count: How many are made.
    ///   - seed: Chooses them.
    /// - Throws: ``UnreadableFile``; ``DataMismatch`` when orders are to be made from a stock without articles.
    init(ordersFile: String?, stockFile: String?, first: Int = 1, count: Int, seed: UInt64) throws {
        var generator = WorldGenerator(seed: seed)
        if let stockFile { try readStock(stockFile) }
        if let stockFile, ordersFile == nil, stock.isEmpty, bad.isEmpty, count > 0 {
            throw DataMismatch("\(stockFile) has no article, so no order can be made from it.")
        }
        if let ordersFile {
            try readOrders(ordersFile, knowing: stockFile == nil ? nil : Set(stock.map(\.sku)))
        } else {
            orders = generator.orders(
                first - 1 + count,
                of: stockFile == nil ? WorldGenerator.articles : stock.map(\.sku)
            )
            orders.removeFirst(min(orders.count, first - 1))
        }
        if stockFile == nil { stock = generator.stock(for: orders) }
    }

    private mutating func readStock(_ path: String) throws {
        var file = InputFile(path: path)
        var seen = Set<String>()
        var stock: [StockLine] = []
        var pieces: Int64 = 0
        try file.read { value in
            let fields = try Fields(value)
            let line = StockLine(sku: try fields.text("sku"), quantity: try fields.integer("quantity", atLeast: 0))
            try Self.check(sku: line.sku)
            guard seen.insert(line.sku).inserted else {
                throw Fields.Complaint("sku \"\(line.sku)\" occurs a second time")
            }
            let (sum, tooMany) = pieces.addingReportingOverflow(line.quantity)
            guard !tooMany else { throw Fields.Complaint("its quantity makes the sum of all stock overflow 64 bits") }
            pieces = sum
            stock.append(line)
        }
        self.stock = stock
        bad += file.bad
    }

    private mutating func readOrders(_ path: String, knowing skus: Set<String>?) throws {
        var file = InputFile(path: path)
        var firstLines = Set<String>()
        var totals: [String: Int64] = [:]
        var demand: [String: Int64] = [:]
        var orders: [IncomingOrder] = []
        try file.read { value in
            let fields = try Fields(value)
            let id = try fields.text("order")
            guard firstLines.insert(id).inserted else {
                throw Fields.Complaint("order \"\(id)\" occurs a second time")
            }
            let order = try Self.order(id, fields, knowing: skus)
            // What is added up later must fit as well: the money of a currency, the pieces of an article.
            let (total, tooMuch) = totals[order.currency, default: 0].addingReportingOverflow(order.total)
            guard !tooMuch else {
                throw Fields.Complaint("its amount makes the sum of all orders in \(order.currency) overflow 64 bits")
            }
            var sums = demand
            for line in order.stockLines {
                let (sum, tooMany) = sums[line.sku, default: 0].addingReportingOverflow(line.quantity)
                guard !tooMany else {
                    throw Fields.Complaint("its quantity makes the sum of all orders of \(line.sku) overflow 64 bits")
                }
                sums[line.sku] = sum
            }
            demand = sums
            totals[order.currency] = total
            orders.append(order)
        }
        self.orders = orders
        bad += file.bad
    }

    private static func order(
        _ id: String,
        _ fields: Fields,
        knowing skus: Set<String>?
    ) throws(Fields.Complaint) -> IncomingOrder {
        let customer = try fields.text("customer")
        let currency = try fields.text("currency")
        let country = try fields.optionalText("country")
        var lines: [OrderLine] = []
        for (index, value) in try fields.array("lines").enumerated() {
            let line = try Fields(value, place: "line \(index + 1) of the order")
            let sku = try line.text("sku")
            try check(sku: sku)
            if let skus, !skus.contains(sku) {
                throw Fields.Complaint(
                    "line \(index + 1) of the order: sku \"\(sku)\" is not in stock, nor was it ever"
                )
            }
            lines.append(
                OrderLine(
                    sku: sku,
                    quantity: try line.integer("quantity", atLeast: 1),
                    unitPriceMinor: try line.integer("unitPriceMinor", atLeast: 0)
                )
            )
        }
        return try IncomingOrder(id: id, customer: customer, currency: currency, country: country, lines: lines)
    }

    private static func check(sku: String) throws(Fields.Complaint) {
        guard sku.utf8.count <= 200, sku.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
            throw Fields.Complaint("\"sku\" is longer than 200 bytes or holds a control character")
        }
    }
}
