import EddaCore
import EddaSagas
import EddaTesting

// A saga with every word of the plan language.

struct ReserveLine: Command {
    static let commandType: MessageType = "inventory.reserve-line"
    static let destination: Address = "inventory"
    struct Reply: Codable, Sendable { var reservation: String }
    var order: String
    var sku: String
}

struct ReleaseLine: Command {
    static let commandType: MessageType = "inventory.release-line"
    static let destination: Address = "inventory"
    var order: String
    var sku: String
}

struct Seal: Command {
    static let commandType: MessageType = "packing.seal"
    static let destination: Address = "packing"
    var order: String
}

struct Unpack: Command {
    static let commandType: MessageType = "packing.unpack"
    static let destination: Address = "packing"
    var order: String
}

struct Approval: Codable, Sendable {
    var by: String
}

/// What the steps in the coordinator's process work with.
struct Desk: Sendable {
    func label(_ order: String) -> String { "label of \(order)" }
}

/// The child: packs an order, and can be undone until the box is sealed.
struct PackOrder: Saga {
    static let name: SagaName = "order.pack"
    static let version = 1
    struct State: Codable, Sendable {
        var order: String
        var box: String?
    }

    static var plan: some Plan<State> {
        call("fetch-box") { ReserveStock(order: $0.order) }
            .merge { $0.box = $1.reservation }
            .timeout(.seconds(30))
            .compensate { state, _ in ReleaseStock(order: state.order, reservation: nil) }
        pivot("seal") { Seal(order: $0.order) }
            .timeout(.seconds(30))
    }
}

struct EveryWord: Saga {
    static let name: SagaName = "order.every-word"
    static let version = 1
    typealias Services = Desk

    struct Line: Codable, Sendable { var sku: String }

    struct State: Codable, Sendable {
        var order = "1042"
        var cents = 420_000
        var lines = [Line(sku: "apples"), Line(sku: "pears/green"), Line(sku: "plums")]
        var reservations: [String: String] = [:]
        var label: String?
        var approvedBy: String?
        var authorization: String?
        var box: String?
        var tracking: String?
    }

    static var plan: some Plan<State> {
        parallel("hold") {
            call("authorize") { AuthorizePayment(order: $0.order, cents: $0.cents) }
                .merge { $0.authorization = $1.authorization }
                .timeout(.seconds(30)).retry(.exponential(attempts: 3))
                .compensate { state, _ in VoidPayment(order: state.order) }
            sequence {
                forEach("lines", in: { $0.lines }, id: { $0.sku }, concurrently: 2) { each in
                    each.call("reserve") { ReserveLine(order: $0.order, sku: $0.element.sku) }
                        .merge { $0.reservations[$0.element.sku] = $1.reservation }
                        .timeout(.seconds(30)).retry(.exponential(attempts: 3))
                        .compensate { state, _ in ReleaseLine(order: state.order, sku: state.element.sku) }
                }
                local("label") { state, _, desk in desk.label(state.order) }
                    .merge { $0.label = $1 }
                    .timeout(.seconds(30)).retry(.exponential(attempts: 3))
                    .compensateLocally { _, _, _, _ in }
            }
        }
        when("large", { $0.cents > 100_000 }) {
            awaitSignal("approval", Approval.self, timeout: .seconds(3_600)) { $0.approvedBy = $1.by }
        }
        .otherwise {
            sleep("cool-off", .seconds(5))
        }
        child("pack", PackOrder.self) { PackOrder.State(order: $0.order) }
            .merge { $0.box = $1.box }
            .compensate { state, _ in Unpack(order: state.order) }
        pivot("capture") { CapturePayment(order: $0.order) }
            .timeout(.seconds(20)).retry(.exponential(attempts: 3))
        parallel("after") {
            retriable("ship") { CreateShipment(order: $0.order) }.merge { $0.tracking = $1.tracking }
            local("mail") { _, _, _ in }.retriable()
            sequence {
                sleep("breathe") { _ in .seconds(1) }
                retriable("bill") { ConfirmOrder(order: $0.order, tracking: "") }
            }
        }
    }

    /// A test of it, with fakes and an invariant.
    static func test(_ options: SagaTestOptions = .init(), cents: Int = 420_000) -> SagaTest<EveryWord> {
        var options = options
        options.otherSagas = [SagaRegistration(PackOrder.self)]
        options.signals = [SagaTestSignal("approval", Approval(by: "ada"))]
        return SagaTest<EveryWord>(state: State(cents: cents), options: options) {
            Fake(ReserveStock.self) { _ in ReserveStock.Reply(reservation: "b-7") }
            Fake(ReserveLine.self) { command in ReserveLine.Reply(reservation: "r-\(command.sku)") }
            Fake(Seal.self)
            Fake(AuthorizePayment.self) { _ in AuthorizePayment.Reply(authorization: "a-7") }
            Fake(CapturePayment.self)
            Fake(CreateShipment.self) { _ in CreateShipment.Reply(tracking: "t-7") }
            Fake(ConfirmOrder.self)
        } invariant: { end in
            guard end.status == .completed else { return }
            try end.expect(end.state.reservations.count == 3, "completed with \(end.state.reservations)")
            try end.expect(end.state.label != nil && end.state.box == "b-7", "completed without label or box")
            try end.expect(cents < 100_000 || end.state.approvedBy == "ada", "completed without approval")
            try end.expect(end.state.tracking == "t-7", "completed without shipping")
        }
        .with(Desk())
    }
}
