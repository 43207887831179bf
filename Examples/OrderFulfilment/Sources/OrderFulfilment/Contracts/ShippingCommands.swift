import Edda

/// Has a parcel made.
struct CreateShipment: Command {
    static let commandType: MessageType = "shipping.create-shipment"
    static let destination: Address = "shipping"
    struct Reply: Codable, Sendable { var tracking: String }
    var order: String
    var country: String?
    var lines: [StockLine]
}
