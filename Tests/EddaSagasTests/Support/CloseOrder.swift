import EddaCore
import EddaSagas

struct OrderClosed: Event {
    static let eventType: EventType = "order.closed"
    var status: String
    var reason: String?
}

struct EndingProblem: Error, CustomStringConvertible {
    let description: String
}

/// A saga whose owner writes an event when it ends, and refuses to end one of which the state says 0 cents.
struct CloseOrder: Saga {
    static let name: SagaName = "order.close"
    static let version = 1
    typealias State = OrderState

    static var plan: some Plan<State> {
        call("reserve") { ReserveStock(order: $0.order) }
            .merge { $0.reservation = $1.reservation }
            .compensate { ReleaseStock(order: $0.order, reservation: $1?.reservation) }
        pivot("capture") { CapturePayment(order: $0.order) }
    }

    static func ended(_ ending: SagaEnding<State>, in transaction: any WriteTransaction) throws {
        try transaction.append(
            [OrderClosed(status: ending.status.rawValue, reason: ending.reason)],
            to: StreamID(category: "order", id: ending.state.order),
            metadata: ending.metadata,
            schema: ending.schema
        )
        if ending.state.cents == 0 { throw EndingProblem(description: "an order of 0 cents cannot be closed") }
    }
}
