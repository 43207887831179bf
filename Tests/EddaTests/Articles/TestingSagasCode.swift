import Edda
import EddaTesting

/// The code of the article "Testing a saga", as it stands there.
enum TestingSagasCode {
    struct FulfilOrder: Saga {
        static let name: SagaName = "order.fulfil"
        static let version = 1
        struct State: Codable, Sendable { var order: String; var cents: Int; var shelf: String? }

        static var plan: some Plan<State> {
            call("reserve-stock") { ReserveStock(order: $0.order) }
                .merge { $0.shelf = $1.shelf }
                .timeout(.seconds(30)).retry(.exponential(attempts: 5))
                .compensate { state, reply in ReleaseStock(order: state.order) }
            pivot("capture-payment") { CapturePayment(order: $0.order, cents: $0.cents) }
            retriable("ship") { CreateShipment(order: $0.order) }
        }
    }

    struct ReserveStock: Command {
        static let commandType: MessageType = "inventory.reserve-stock"
        static let destination: Address = "inventory"
        struct Reply: Codable, Sendable { var shelf: String }
        var order: String
    }

    struct ReleaseStock: Command {
        static let commandType: MessageType = "inventory.release-stock"
        static let destination: Address = "inventory"
        var order: String
    }

    struct CapturePayment: Command {
        static let commandType: MessageType = "payments.capture"
        static let destination: Address = "payments"
        var order: String
        var cents: Int
    }

    struct CreateShipment: Command {
        static let commandType: MessageType = "shipping.create-shipment"
        static let destination: Address = "shipping"
        var order: String
    }

    static func everything() async throws -> SagaTestReport {
        let report = try await SagaTest.exhaustive(FulfilOrder.self, state: .init(order: "1042", cents: 4_200)) {
            Fake(ReserveStock.self) { _ in ReserveStock.Reply(shelf: "A-7") }
            Fake(CapturePayment.self)
            Fake(CreateShipment.self)
        } invariant: { end in
            try end.expect(end.status != .completed || end.state.shelf == "A-7", "completed without a shelf")
            try end.expect(!end.stands("ship") || end.stands("capture-payment"), "shipped without payment")
        }
        print(report)
        return report
    }

    static func refusals() async throws {
        try await SagaTest.exhaustive(FulfilOrder.self, state: .init(order: "1042", cents: 420_000)) {
            Fake(ReserveStock.self) { _ in ReserveStock.Reply(shelf: "A-7") }
            Fake(CapturePayment.self) { command in
                if command.cents > 100_000 { throw Rejection("card.limit") }
            }
            Fake(CreateShipment.self)
        } invariant: { end in
            try end.expect(end.count(of: CreateShipment.self) == 0, "shipped what was not paid")
        }
    }

    static func transitions() async throws {
        let reserved = SagaTest.given(FulfilOrder.self, state: .init(order: "1042", cents: 4_200))
            .and(.succeeded("reserve-stock", ReserveStock.Reply(shelf: "A-7")))
        try await reserved.when(.rejected("capture-payment", "card.limit"))
            .then(.compensating, sends: [ReleaseStock(order: "1042")])
        try await reserved.and(.succeeded("capture-payment"))
            .when(.passing(.seconds(3_600)))
            .then(.running)
            .step("ship", is: .dispatched)
        try await reserved.and(.succeeded("capture-payment")).when(.cancelled(by: "ada")).thenRefused()
    }

    static func samples(_ stores: any StoreFactory) async throws {
        var options = SagaTestOptions()
        options.sampleStores = stores
        try await SagaTest.exhaustive(
            FulfilOrder.self,
            state: .init(order: "1042", cents: 4_200),
            seeds: 0..<10_000,
            options: options
        ) {
            Fake(ReserveStock.self) { _ in ReserveStock.Reply(shelf: "A-7") }
            Fake(CapturePayment.self)
            Fake(CreateShipment.self)
        }
    }
}
