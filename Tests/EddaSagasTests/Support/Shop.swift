import EddaCore
import EddaSagas

// The commands and sagas that the tests of this target run.

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
    static let commandType: MessageType = "ledger.void"
    static let destination: Address = "payments"
    var order: String
    var authorization: String?
}

struct GreetCustomer: Command {
    static let commandType: MessageType = "mail.greet"
    static let destination: Address = "mail"
    var order: String
}

struct CapturePayment: Command {
    static let commandType: MessageType = "payments.capture"
    static let destination: Address = "payments"
    var order: String
}

struct CreateShipment: Command {
    static let commandType: MessageType = "shipping.create"
    static let destination: Address = "shipping"
    struct Reply: Codable, Sendable { var tracking: String }
    var order: String
}

struct OrderState: Codable, Sendable, Equatable {
    var order: String
    var cents = 4_200
    var reservation: String?
    var authorization: String?
    var tracking: String?
}

/// Two steps that are undone, the pivot, and one that only goes forward.
struct FulfilOrder: Saga {
    static let name: SagaName = "order.fulfil"
    static let version = 1
    typealias State = OrderState

    static var plan: some Plan<State> {
        call("reserve") { ReserveStock(order: $0.order) }
            .merge { $0.reservation = $1.reservation }
            .timeout(.seconds(30))
            .retry(.exponential(attempts: 3))
            .compensate { ReleaseStock(order: $0.order, reservation: $1?.reservation) }
        call("authorize") { AuthorizePayment(order: $0.order, cents: $0.cents) }
            .compensate { VoidPayment(order: $0.order, authorization: $1?.authorization) }
            .merge { $0.authorization = $1.authorization }
            .timeout(.seconds(30))
            .retry(.exponential(attempts: 3))
        pivot("capture") { CapturePayment(order: $0.order) }
            .timeout(.seconds(20))
            .retry(.exponential(attempts: 3))
        retriable("ship") { CreateShipment(order: $0.order) }
            .merge { $0.tracking = $1.tracking }
    }
}

/// Everything can be undone, but for one step that need not be.
struct PrepareOrder: Saga {
    static let name: SagaName = "order.prepare"
    static let version = 3
    typealias State = OrderState

    static var plan: some Plan<State> {
        call("reserve") { ReserveStock(order: $0.order) }
            .compensate { ReleaseStock(order: $0.order, reservation: $1?.reservation) }
        call("greet") { GreetCustomer(order: $0.order) }
            .noCompensation(reason: "a greeting does no harm")
        call("authorize") { AuthorizePayment(order: $0.order, cents: $0.cents) }
            .compensate { VoidPayment(order: $0.order, authorization: $1?.authorization) }
        call("reserve-again") { ReserveStock(order: $0.order) }
            .compensate { ReleaseStock(order: $0.order, reservation: $1?.reservation) }
    }
}

enum Replies {
    /// What a participant answers when it has done a step of the sagas above.
    static func success(_ step: StepID) -> CommandOutcome {
        switch step {
        case "reserve", "reserve-again": .succeeded(Array(#"{"reservation":"r-1"}"#.utf8))
        case "authorize": .succeeded(Array(#"{"authorization":"a-1"}"#.utf8))
        case "ship": .succeeded(Array(#"{"tracking":"t-1"}"#.utf8))
        default: .succeeded(Array("{}".utf8))
        }
    }

    static let refusal = CommandOutcome.rejected(Rejection("not.possible", "It cannot be done."))
    static let passing = CommandOutcome.failed(reason: "busy", isRetriable: true)
    static let withdrawn = CommandOutcome.rejected(Rejection("edda.withdrawn"))
    static let late = CommandOutcome.expired(reason: "first sent last week")
    static let lasting = CommandOutcome.failed(reason: "broken", isRetriable: false)
}
