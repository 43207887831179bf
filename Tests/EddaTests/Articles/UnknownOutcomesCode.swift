import Edda

/// The code of the article "What unknown means", as it stands there.
enum UnknownOutcomesCode {
    struct PayOrder: Saga {
        static let name: SagaName = "order.pay"
        static let version = 1
        struct State: Codable, Sendable {
            var order: String
            var cents: Int
            var authorization: String?
        }

        static var plan: some Plan<State> {
            call("authorize-payment") { AuthorizePayment(order: $0.order, cents: $0.cents) }
                .merge { $0.authorization = $1.authorization }
                .timeout(.seconds(30))
                .compensate { state, reply in VoidPayment(order: state.order, authorization: reply?.authorization) }
        }
    }

    struct AuthorizePayment: Command {
        static let commandType: MessageType = "payments.authorize"
        static let destination: Address = "payments"
        struct Reply: Codable, Sendable { var authorization: String }
        var order: String
        var cents: Int
    }

    struct VoidPayment: Command {
        static let commandType: MessageType = "payments.void"
        static let destination: Address = "payments"
        var order: String
        var authorization: String?
    }
}
