import Edda

/// The code of the article "Writing a plan", as it stands there.
enum WritingAPlanCode {
    struct Held: Saga {
        static let name: SagaName = "plan.held"
        static let version = 1
        typealias State = Order

        static var plan: some Plan<State> {
            parallel("hold") {
                call("reserve-stock") { ReserveStock(order: $0.id) }
                    .compensate { order, _ in ReleaseStock(order: order.id) }
                sequence {
                    call("check-customer") { CheckCustomer(customer: $0.customer) }
                        .noCompensation(reason: "a check changes nothing")
                    call("authorize-payment") { AuthorizePayment(order: $0.id, cents: $0.cents) }
                        .compensate { order, _ in VoidPayment(order: order.id) }
                }
            }
            pivot("capture-payment") { CapturePayment(order: $0.id) }
            parallel("after") {
                retriable("ship") { CreateShipment(order: $0.id) }
                retriable("send-bill") { SendBill(order: $0.id) }
            }
        }
    }

    struct Decided: Saga {
        static let name: SagaName = "plan.decided"
        static let version = 1
        typealias State = Order

        static var plan: some Plan<State> {
            when("large-order", { $0.cents > 100_000 }) {
                awaitSignal("approval", Approval.self, timeout: .seconds(86_400)) { order, approval in
                    order.approvedBy = approval.by
                }
            }
            .otherwise {
                sleep("cool-off", .seconds(600))
            }
            pivot("capture-payment") { CapturePayment(order: $0.id) }
            awaitSignal("rating", Rating.self, timeout: .seconds(604_800)) { $0.stars = $1.stars }
                .onTimeout { $0.stars = nil }
        }
    }

    struct Looped: Saga {
        static let name: SagaName = "plan.looped"
        static let version = 1
        typealias State = Order

        static var plan: some Plan<State> {
            forEach("lines", in: { $0.lines }, id: { $0.sku }, concurrently: 4) { each in
                each.call("reserve") { ReserveLine(order: $0.id, sku: $0.element.sku) }
                    .merge { each, reply in each.shelves[each.element.sku] = reply.shelf }
                    .compensate { each, _ in ReleaseLine(order: each.id, sku: each.element.sku) }
            }
            pivot("capture-payment") { CapturePayment(order: $0.id) }
        }
    }

    struct Printed: Saga {
        static let name: SagaName = "plan.printed"
        static let version = 1
        typealias State = Order
        typealias Services = Clients

        static var plan: some Plan<State> {
            local("print-label") { order, key, clients in
                try await clients.printer.print("to \(order.customer)", key: key)
            }
            .merge { order, number in order.label = number }
            .compensateLocally { order, number, key, clients in
                if let number { try await clients.printer.cancel(number, key: key) }
            }
            pivot("capture-payment") { CapturePayment(order: $0.id) }
            local("send-mail") { order, key, clients in
                try await clients.mail(order.customer, key: key)
            }
            .retriable()
        }
    }

    struct Packed: Saga {
        static let name: SagaName = "plan.packed"
        static let version = 1
        static let deadline: Duration? = .seconds(3_600)
        typealias State = Order

        static var plan: some Plan<State> {
            child("pack", PackOrder.self) { PackOrder.State(order: $0.id) }
                .merge { order, packed in order.box = packed.box }
                .compensate { order, packed in Unpack(order: order.id, box: packed?.box) }
            pivot("capture-payment") { CapturePayment(order: $0.id) }
        }
    }

    static func signal(_ runtime: EddaRuntime) async throws {
        let approval = Approval(by: "ada")
        try await runtime.sagas.signal("order-1042", "approval", approval, key: "click-77")
    }

    static func register(_ store: SQLiteStore, _ clients: Clients) throws -> EddaRuntime {
        try EddaRuntime(store: store) {
            Printed.with(clients)
            Packed.self
            PackOrder.self
        }
    }

    static func look() -> [String] {
        let plan = Decided.describe()
        let drawing = plan.graph.mermaid
        return [drawing, plan.graph.dot]
    }

    // MARK: What the plans talk about

    struct Order: Codable, Sendable {
        struct Line: Codable, Sendable { var sku: String }
        var id: String
        var customer: String
        var cents: Int
        var lines: [Line]
        var shelves: [String: String] = [:]
        var approvedBy: String?
        var stars: Int?
        var label: String?
        var box: String?
    }

    struct Approval: Codable, Sendable { var by: String }
    struct Rating: Codable, Sendable { var stars: Int }

    struct Clients: Sendable {
        struct Printer: Sendable {
            func print(_ text: String, key: String) async throws -> String { "\(key): \(text)" }
            func cancel(_ number: String, key: String) async throws {}
        }
        var printer = Printer()
        func mail(_ customer: String, key: String) async throws {}
    }

    struct PackOrder: Saga {
        static let name: SagaName = "plan.pack"
        static let version = 1
        struct State: Codable, Sendable {
            var order: String
            var box: String?
        }
        static var plan: some Plan<State> {
            pivot("seal") { CapturePayment(order: $0.order) }
        }
    }

    struct ReserveStock: Command {
        static let commandType: MessageType = "stock.reserve"
        static let destination: Address = "stock"
        var order: String
    }

    struct ReleaseStock: Command {
        static let commandType: MessageType = "stock.release"
        static let destination: Address = "stock"
        var order: String
    }

    struct ReserveLine: Command {
        static let commandType: MessageType = "stock.reserve-line"
        static let destination: Address = "stock"
        struct Reply: Codable, Sendable { var shelf: String }
        var order: String
        var sku: String
    }

    struct ReleaseLine: Command {
        static let commandType: MessageType = "stock.release-line"
        static let destination: Address = "stock"
        var order: String
        var sku: String
    }

    struct CheckCustomer: Command {
        static let commandType: MessageType = "customers.check"
        static let destination: Address = "customers"
        var customer: String
    }

    struct AuthorizePayment: Command {
        static let commandType: MessageType = "payments.authorize"
        static let destination: Address = "payments"
        var order: String
        var cents: Int
    }

    struct VoidPayment: Command {
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
        static let commandType: MessageType = "shipping.create"
        static let destination: Address = "shipping"
        var order: String
    }

    struct SendBill: Command {
        static let commandType: MessageType = "billing.send"
        static let destination: Address = "billing"
        var order: String
    }

    struct Unpack: Command {
        static let commandType: MessageType = "packing.unpack"
        static let destination: Address = "packing"
        var order: String
        var box: String?
    }
}
