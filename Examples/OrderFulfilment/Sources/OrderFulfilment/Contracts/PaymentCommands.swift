import Edda

/// Asks whether the customer's money can be had, and holds it.
struct AuthorizePayment: Command {
    static let commandType: MessageType = "payments.authorize"
    static let destination: Address = "payments"
    struct Reply: Codable, Sendable { var authorization: String }
    var order: String
    var customer: String
    var currency: String
    /// The amount in minor units.
    var amount: Int64
}

/// Lets the held money go.
struct VoidPayment: Command {
    static let commandType: MessageType = "payments.void"
    static let destination: Address = "payments"
    var order: String
}

/// Takes the held money.
struct CapturePayment: Command {
    static let commandType: MessageType = "payments.capture"
    static let destination: Address = "payments"
    var order: String
}
