import Edda

/// Tells the orders service that everything is done.
struct ConfirmOrder: Command {
    static let commandType: MessageType = "orders.confirm"
    static let destination: Address = "orders"
    var order: String
    var tracking: String
}
