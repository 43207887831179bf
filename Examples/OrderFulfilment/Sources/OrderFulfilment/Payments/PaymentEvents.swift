import Edda

struct PaymentAuthorized: Event {
    static let eventType: EventType = "payment.authorized"
    var currency: String
    /// The amount in minor units.
    var amount: Int64
}

struct PaymentVoided: Event {
    static let eventType: EventType = "payment.voided"
}

struct PaymentCaptured: Event {
    static let eventType: EventType = "payment.captured"
    var currency: String
    /// The amount in minor units.
    var amount: Int64
}
