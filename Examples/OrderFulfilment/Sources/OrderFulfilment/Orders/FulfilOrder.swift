import Edda

/// Brings an order to its customer, or leaves no trace of it but the order itself.
struct FulfilOrder: Saga {
    static let name: SagaName = "order.fulfil"
    static let version = 1

    struct State: Codable, Sendable {
        var order: String
        var customer: String
        var currency: String
        var country: String?
        /// The amount in minor units.
        var total: Int64
        /// One line an article.
        var lines: [StockLine]
        var reservation: String?
        var authorization: String?
        var tracking: String?
    }

    static var plan: some Plan<State> {
        call("reserve-stock") { ReserveStock(order: $0.order, lines: $0.lines) }
            .merge { $0.reservation = $1.reservation }
            .timeout(.seconds(30))
            .retry(.exponential(attempts: 5))
            .compensate { state, _ in ReleaseStock(order: state.order) }
        call("authorize-payment") {
            AuthorizePayment(order: $0.order, customer: $0.customer, currency: $0.currency, amount: $0.total)
        }
        .merge { $0.authorization = $1.authorization }
        .timeout(.seconds(30))
        .retry(.exponential(attempts: 5))
        .compensate { state, _ in VoidPayment(order: state.order) }
        pivot("capture-payment") { CapturePayment(order: $0.order) }
            .timeout(.seconds(30))
        retriable("ship") { CreateShipment(order: $0.order, country: $0.country, lines: $0.lines) }
            .merge { $0.tracking = $1.tracking }
        retriable("issue-stock") { IssueStock(order: $0.order) }
        retriable("confirm") { ConfirmOrder(order: $0.order, tracking: $0.tracking ?? "") }
    }

    /// A saga that was undone cancels its order, in the same commit.
    static func ended(_ ending: SagaEnding<State>, in transaction: any WriteTransaction) throws {
        guard ending.status == .compensated else { return }
        try transaction.update(
            Order.self,
            in: StreamID(category: Order.category, id: ending.state.order),
            metadata: ending.metadata,
            schema: ending.schema
        ) { $0.cancel(because: ending.reason ?? "compensated") }
    }
}
