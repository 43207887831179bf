import EddaCore
import EddaSagas
import EddaTesting
import Testing

/// What a changed program does with the sagas that it finds, and what it says before. // acceptance: 54
@Suite struct CheckTests {
    /// With other patience, which does not matter to those under way.
    private enum Patient: Saga {
        static let name = FulfilOrder.name
        static let version = 2
        typealias State = OrderState
        static var plan: some Plan<State> {
            call("reserve") { ReserveStock(order: $0.order) }
                .merge { $0.reservation = $1.reservation }
                .timeout(.seconds(45))
                .retry(.exponential(attempts: 7))
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

    private enum Inserted: Saga {
        static let name = FulfilOrder.name
        static let version = 2
        typealias State = OrderState
        static var plan: some Plan<State> {
            call("reserve") { ReserveStock(order: $0.order) }
                .compensate { ReleaseStock(order: $0.order, reservation: $1?.reservation) }
            call("authorize") { AuthorizePayment(order: $0.order, cents: $0.cents) }
                .compensate { VoidPayment(order: $0.order, authorization: $1?.authorization) }
            call("greet") { GreetCustomer(order: $0.order) }.noCompensation(reason: "a test")
            pivot("capture") { CapturePayment(order: $0.order) }
            retriable("ship") { CreateShipment(order: $0.order) }
        }
    }

    private enum Removed: Saga {
        static let name = FulfilOrder.name
        static let version = 2
        typealias State = OrderState
        static var plan: some Plan<State> {
            call("reserve") { ReserveStock(order: $0.order) }
                .compensate { ReleaseStock(order: $0.order, reservation: $1?.reservation) }
            pivot("capture") { CapturePayment(order: $0.order) }
            retriable("ship") { CreateShipment(order: $0.order) }
        }
    }

    private enum Reordered: Saga {
        static let name = FulfilOrder.name
        static let version = 2
        typealias State = OrderState
        static var plan: some Plan<State> {
            call("authorize") { AuthorizePayment(order: $0.order, cents: $0.cents) }
                .compensate { VoidPayment(order: $0.order, authorization: $1?.authorization) }
            call("reserve") { ReserveStock(order: $0.order) }
                .compensate { ReleaseStock(order: $0.order, reservation: $1?.reservation) }
            pivot("capture") { CapturePayment(order: $0.order) }
            retriable("ship") { CreateShipment(order: $0.order) }
        }
    }

    private enum Renamed: Saga {
        static let name = FulfilOrder.name
        static let version = 2
        typealias State = OrderState
        static var plan: some Plan<State> {
            call("reserve") { ReserveStock(order: $0.order) }
                .compensate { ReleaseStock(order: $0.order, reservation: $1?.reservation) }
            call("authorize-card") { AuthorizePayment(order: $0.order, cents: $0.cents) }
                .compensate { VoidPayment(order: $0.order, authorization: $1?.authorization) }
            pivot("capture") { CapturePayment(order: $0.order) }
            retriable("ship") { CreateShipment(order: $0.order) }
        }
    }

    /// The same steps, on a state that does not decode from the old one.
    private enum Demanding: Saga {
        static let name = FulfilOrder.name
        static let version = 2
        struct State: Codable, Sendable {
            var order: String
            var customer: String
        }
        static var plan: some Plan<State> {
            call("reserve") { ReserveStock(order: $0.order) }
                .compensate { ReleaseStock(order: $0.order, reservation: $1?.reservation) }
            call("authorize") { AuthorizePayment(order: $0.order, cents: 1) }
                .compensate { VoidPayment(order: $0.order, authorization: $1?.authorization) }
            pivot("capture") { CapturePayment(order: $0.order) }
            retriable("ship") { CreateShipment(order: $0.order) }
        }
    }

    static let programs: [(saga: any Saga.Type, parks: Bool)] = [
        (FulfilOrder.self, false), (Patient.self, false), (Inserted.self, true), (Removed.self, true),
        (Reordered.self, true), (Renamed.self, true), (PrepareOrder.self, true),
    ]

    @Test(
        arguments: CheckTests.programs.indices,
        [Standing.stepUnderWay, .stepToBeTriedAgain, .pivotUnderWay, .behindThePivot, .goingBack]
    )
    func whatIsSaidBeforeIsWhatHappens(_ index: Int, _ standing: Standing) async throws {
        let (saga, parks) = Self.programs[index]
        let world = try World(FulfilOrder.self)
        try await world.coordinator.start(FulfilOrder.self, id: "order-1", state: .init(order: "1"))
        try await world.bring("order-1", to: standing)
        let before = try await world.record("order-1")
        let next = try world.restarted(saga)
        let check = try await next.coordinator.check()
        #expect(check.count == 1 && check.misfits.map(\.saga.id) == (parks ? ["order-1"] : []))
        #expect(try await world.record("order-1") == before)
        try await next.passToTimer()
        let after = try await world.record("order-1")
        #expect((after.status == .parked) == parks)
        // The way back to the old program is open.
        let old = try world.restarted(FulfilOrder.self)
        #expect(try await old.coordinator.check().misfits.isEmpty)
        if parks { try await old.coordinator.retry("order-1", by: "ada") }
        #expect(try await world.record("order-1").status == before.status)
    }

    // acceptance: 55
    @Test func aStateThatDoesNotDecodeIsFoundBefore() async throws {
        let world = try World(FulfilOrder.self)
        try await world.coordinator.start(FulfilOrder.self, id: "order-1", state: .init(order: "1"))
        let next = try world.restarted(Demanding.self)
        #expect(try await next.coordinator.check().misfits.first?.reason.contains("customer") == true)
        try await next.answer()
        #expect(try await world.record("order-1").status == .parked)
    }

    @Test func everyPageIsLookedAt() async throws {
        let world = try World(FulfilOrder.self)
        for number in 0..<501 {
            let id = try SagaID(validating: "order-\(number)")
            try await world.coordinator.start(FulfilOrder.self, id: id, state: .init(order: "1"))
        }
        let check = try await world.restarted(PrepareOrder.self).coordinator.check()
        #expect(check.count == 501 && check.misfits.count == 501)
        #expect(check.misfits.first?.reason.contains("No program for the saga order.fulfil") == true)
    }
}
