import EddaCore
import EddaMessaging
import EddaSagas
import EddaTesting

// The saga of the example, with what its participants need to answer.

struct ReserveStock: Command {
    static let commandType: MessageType = "inventory.reserve-stock"
    static let destination: Address = "inventory"
    struct Reply: Codable, Sendable { var reservation: String }
    var order: String
}

struct ReleaseStock: Command, Equatable {
    static let commandType: MessageType = "inventory.release-stock"
    static let destination: Address = "inventory"
    var order: String
    var reservation: String?
}

struct AuthorizePayment: Command {
    static let commandType: MessageType = "payments.authorize"
    static let destination: Address = "payments"
    struct Reply: Codable, Sendable { var authorization: String }
    var order: String
    var cents: Int
}

struct VoidPayment: Command, Equatable {
    static let commandType: MessageType = "payments.void"
    static let destination: Address = "payments"
    var order: String
}

struct CapturePayment: Command {
    static let commandType: MessageType = "payments.capture"
    static let destination: Address = "payments"
    var order: String
}

struct CreateShipment: Command {
    static let commandType: MessageType = "shipping.create-shipment"
    static let destination: Address = "shipping"
    struct Reply: Codable, Sendable { var tracking: String }
    var order: String
}

struct ConfirmOrder: Command {
    static let commandType: MessageType = "orders.confirm"
    static let destination: Address = "orders"
    var order: String
    var tracking: String
}

struct FulfilOrder: Saga {
    static let name: SagaName = "order.fulfil"
    static let version = 1

    struct State: Codable, Sendable, Equatable {
        var order = "1042"
        var cents = 4_200
        var reservation: String?
        var authorization: String?
        var tracking: String?
    }

    static var plan: some Plan<State> {
        call("reserve-stock") { ReserveStock(order: $0.order) }
            .merge { $0.reservation = $1.reservation }
            .timeout(.seconds(30))
            .retry(.exponential(attempts: 5))
            .compensate { ReleaseStock(order: $0.order, reservation: $1?.reservation) }
        call("authorize-payment") { AuthorizePayment(order: $0.order, cents: $0.cents) }
            .merge { $0.authorization = $1.authorization }
            .timeout(.seconds(30))
            .retry(.exponential(attempts: 5))
            .compensate { state, _ in VoidPayment(order: state.order) }
        pivot("capture-payment") { CapturePayment(order: $0.order) }
            .timeout(.seconds(30))
        retriable("ship") { CreateShipment(order: $0.order) }
            .merge { $0.tracking = $1.tracking }
        retriable("confirm") { ConfirmOrder(order: $0.order, tracking: $0.tracking ?? "") }
    }

    /// A test of it, with fakes and an invariant.
    static func test(_ options: SagaTestOptions = .init()) -> SagaTest<FulfilOrder> {
        SagaTest(state: State(), options: options) {
            Fake(ReserveStock.self) { _ in ReserveStock.Reply(reservation: "r-7") }
            Fake(ReleaseStock.self)
            Fake(AuthorizePayment.self) { _ in AuthorizePayment.Reply(authorization: "a-7") }
            Fake(CapturePayment.self)
            Fake(CreateShipment.self) { _ in CreateShipment.Reply(tracking: "t-7") }
            Fake(ConfirmOrder.self)
        } invariant: { end in
            try end.expect(!end.stands("ship") || end.stands("capture-payment"), "shipped without payment")
            try end.expect(end.status != .completed || end.state.tracking == "t-7", "no tracking number")
        }
    }
}
