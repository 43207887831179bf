import Edda

/// Sets pieces aside for an order: all of its lines, or none.
struct ReserveStock: Command {
    static let commandType: MessageType = "inventory.reserve-stock"
    static let destination: Address = "inventory"
    struct Reply: Codable, Sendable { var reservation: String }
    var order: String
    var lines: [StockLine]
}

/// Puts the pieces of a reservation back.
struct ReleaseStock: Command {
    static let commandType: MessageType = "inventory.release-stock"
    static let destination: Address = "inventory"
    var order: String
}

/// Takes the pieces of a reservation out of the house.
struct IssueStock: Command {
    static let commandType: MessageType = "inventory.issue-stock"
    static let destination: Address = "inventory"
    var order: String
}
