import Edda

/// The money of one order.
struct Payment: Aggregate {
    enum Status: Sendable {
        case authorized
        case voided
        case captured
    }

    static let category: StreamCategory = "payment"
    var status: Status?
    var currency = ""
    var amount: Int64 = 0

    static let handlers = EventHandlers<Payment> {
        On(PaymentAuthorized.self) { payment, event in
            payment.status = .authorized
            payment.currency = event.currency
            payment.amount = event.amount
        }
        On(PaymentVoided.self) { payment, _ in payment.status = .voided }
        On(PaymentCaptured.self) { payment, _ in payment.status = .captured }
    }

    func authorize(_ amount: Int64, in currency: String) throws -> [any Event] {
        guard status == nil else { throw Rejection("payment.exists", "The order has a payment already.") }
        return [PaymentAuthorized(currency: currency, amount: amount)]
    }

    func void() -> [any Event] {
        status == .authorized ? [PaymentVoided()] : []
    }

    func capture() throws -> [any Event] {
        switch status {
        case .authorized: [PaymentCaptured(currency: currency, amount: amount)]
        case .captured: []
        case .voided, nil: throw Rejection("payment.not-authorized", "There is no money held to take.")
        }
    }
}
