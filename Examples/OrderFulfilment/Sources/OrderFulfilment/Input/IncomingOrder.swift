import Edda

/// An order as it came in, checked.
struct IncomingOrder: Hashable, Sendable {
    let id: String
    let customer: String
    let currency: String
    let country: String?
    let lines: [OrderLine]
    /// The sum of the lines, in minor units.
    let total: Int64
    /// One line an article, in the order in which articles first occur.
    let stockLines: [StockLine]

    /// Checks an order.
    ///
    /// - Throws: What is wrong, in words.
    init(
        id: String,
        customer: String,
        currency: String,
        country: String?,
        lines: [OrderLine]
    ) throws(Fields.Complaint) {
        do {
            _ = try SagaID(validating: "order-\(id)")
        } catch {
            throw Fields.Complaint("\"order\" cannot be an id: \(error.reason)")
        }
        guard currency.utf8.count == 3, currency.utf8.allSatisfy({ (65...90).contains($0) }) else {
            throw Fields.Complaint("\"currency\" is to be three capital letters (ISO 4217), found \"\(currency)\"")
        }
        guard !lines.isEmpty else { throw Fields.Complaint("\"lines\" is empty; an order has at least one line") }
        var total: Int64 = 0
        var quantities: [String: Int64] = [:]
        for (index, line) in lines.enumerated() {
            let (amount, tooMuch) = line.quantity.multipliedReportingOverflow(by: line.unitPriceMinor)
            let (sum, tooMuchInAll) = total.addingReportingOverflow(amount)
            let (pieces, tooMany) = quantities[line.sku, default: 0].addingReportingOverflow(line.quantity)
            guard !tooMuch, !tooMuchInAll, !tooMany else {
                throw Fields.Complaint("line \(index + 1) of the order makes its amount overflow 64 bits")
            }
            total = sum
            quantities[line.sku] = pieces
        }
        var seen = Set<String>()
        stockLines = lines.filter { seen.insert($0.sku).inserted }
            .map { StockLine(sku: $0.sku, quantity: quantities[$0.sku] ?? 0) }
        self.id = id
        self.customer = customer
        self.currency = currency
        self.country = country
        self.lines = lines
        self.total = total
    }

    /// The event that places it.
    var placed: OrderPlaced {
        OrderPlaced(customer: customer, currency: currency, country: country, lines: lines, total: total)
    }

    /// What its saga begins with.
    var sagaState: FulfilOrder.State {
        FulfilOrder.State(
            order: id,
            customer: customer,
            currency: currency,
            country: country,
            total: total,
            lines: stockLines
        )
    }
}
