/// So many pieces of one article at a price.
struct OrderLine: Codable, Hashable, Sendable {
    var sku: String
    var quantity: Int64
    /// The price of one piece, in minor units of the order's currency.
    var unitPriceMinor: Int64
}

/// So many pieces of one article.
struct StockLine: Codable, Hashable, Sendable {
    var sku: String
    var quantity: Int64
}
