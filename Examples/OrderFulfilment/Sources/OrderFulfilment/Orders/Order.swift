import Edda

/// An order as the customer knows it.
struct Order: Aggregate {
    enum Status: Sendable {
        case placed
        case confirmed
        case cancelled
    }

    static let category: StreamCategory = "order"
    var status: Status?

    static let handlers = EventHandlers<Order> {
        On(OrderPlaced.self) { order, _ in order.status = .placed }
        On(OrderConfirmed.self) { order, _ in order.status = .confirmed }
        On(OrderCancelled.self) { order, _ in order.status = .cancelled }
    }

    func confirm(tracking: String) throws -> [any Event] {
        switch status {
        case .placed: [OrderConfirmed(tracking: tracking)]
        case .confirmed: []
        case .cancelled, nil: throw Rejection("order.not-open", "Only an open order can be confirmed.")
        }
    }

    func cancel(because reason: String) -> [any Event] {
        status == .placed ? [OrderCancelled(reason: reason)] : []
    }
}
