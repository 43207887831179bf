import Edda

struct OrderPlaced: Event, Hashable {
    static let eventType: EventType = "order.placed"
    var customer: String
    var currency: String
    var country: String?
    var lines: [OrderLine]
    /// The sum of the lines, in minor units.
    var total: Int64
}

struct OrderConfirmed: Event {
    static let eventType: EventType = "order.confirmed"
    var tracking: String
}

struct OrderCancelled: Event {
    static let eventType: EventType = "order.cancelled"
    var reason: String
}
