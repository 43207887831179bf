import EddaCore
import EddaSQLite
import EddaSagas
import EddaTesting
import Metrics
import MetricsTestKit
import Testing

/// An order that is found by its customer, and by its shipment as soon as there is one.
private struct FindableOrder: Saga {
    struct State: Codable, Sendable {
        var order: String
        var tracking: String?
    }

    static let name: SagaName = "order.findable"
    static let version = 1
    static let deadline: Duration? = .seconds(3_600)
    static let attributes: [SagaAttribute<State>] = [
        SagaAttribute("order") { $0.order },
        SagaAttribute("tracking") { $0.tracking },
    ]

    static var plan: some Plan<State> {
        pivot("capture") { CapturePayment(order: $0.order) }
        retriable("ship") { CreateShipment(order: $0.order) }.merge { $0.tracking = $1.tracking }
        retriable("close") { GreetCustomer(order: $0.order) }
    }
}

private enum BadlyNamed: Saga {
    struct State: Codable, Sendable {}
    static let name: SagaName = "order.badly-named"
    static let version = 1
    static let attributes: [SagaAttribute<State>] = [SagaAttribute("the customer") { _ in nil }]
    static var plan: some Plan<State> { pivot("capture") { _ in CapturePayment(order: "1") } }
}

private enum TwiceNamed: Saga {
    struct State: Codable, Sendable {}
    static let name: SagaName = "order.twice-named"
    static let version = 1
    static let attributes: [SagaAttribute<State>] = [
        SagaAttribute("customer") { _ in nil }, SagaAttribute("customer") { _ in nil },
    ]
    static var plan: some Plan<State> { pivot("capture") { _ in CapturePayment(order: "1") } }
}

private enum Hopeless: Saga {
    struct State: Codable, Sendable {}
    static let name: SagaName = "order.hopeless"
    static let version = 1
    static let deadline: Duration? = .zero
    static var plan: some Plan<State> { pivot("capture") { _ in CapturePayment(order: "1") } }
}

// guarantees: G10
@Suite struct FindingTests {
    private func found(_ world: World, _ narrow: (inout SagaFilter) -> Void) async throws -> [SagaID] {
        var filter = SagaFilter()
        narrow(&filter)
        let wanted = filter
        return try await world.store.read { try $0.sagas(wanted).map(\.id) }
    }

    @Test func attributesFollowTheState() async throws {
        let world = try World(FindableOrder.self)
        for order in ["1", "2"] {
            try await world.coordinator.start(
                FindableOrder.self,
                id: SagaID(validating: "order-\(order)"),
                state: .init(order: order)
            )
        }
        #expect(try await found(world) { $0.attributes = ["order": "2"] } == ["order-2"])
        #expect(try await world.record("order-1").attributes == ["order": "1"])
        try await world.answer("order-1")
        #expect(try await world.record("order-1").attributes == ["order": "1"])
        try await world.answer("order-1")
        let tracking = try #require(try await world.record("order-1").attributes["tracking"])
        #expect(try await found(world) { $0.attributes = ["tracking": tracking] } == ["order-1"])
        let timeline = try await world.coordinator.timeline(of: "order-1")
        #expect(timeline.attributes == ["order": "1", "tracking": tracking])
        #expect(timeline.deadline != nil)
    }

    @Test func whatCannotBeUsedIsRefusedAtTheStart() throws {
        for (saga, code) in [
            (BadlyNamed.self as any Saga.Type, SagaError.Code.invalidAttribute), (TwiceNamed.self, .invalidAttribute),
            (Hopeless.self, .invalidDeadline),
        ] {
            let error = #expect(throws: SagaError.self) { _ = try World(saga) }
            #expect(error?.code == code)
        }
    }

    @Test func aSagaPastItsDeadlineIsOverdueUntilItEnds() async throws {
        let world = try World(FindableOrder.self)
        try await world.coordinator.start(FindableOrder.self, id: "order-1", state: .init(order: "1"))
        let start = try await world.record("order-1").startedAt
        #expect(try await world.record("order-1").deadline == start + .seconds(3_600))
        let later = start + .seconds(3_601)
        #expect(try await found(world) { $0.overdueAt = start + .seconds(3_600) } == [])
        #expect(try await found(world) { $0.overdueAt = later } == ["order-1"])
        for _ in 0..<3 { try await world.answer("order-1") }
        #expect(try await world.record("order-1").status == .completed)
        #expect(try await found(world) { $0.overdueAt = later } == [])
    }

    @Test func theTimelineTellsWhatWasSentAndAnswered() async throws {
        let world = try World(FulfilOrder.self)
        try await world.coordinator.start(FulfilOrder.self, id: "order-1", state: .init(order: "1"))
        world.time.advance(by: .milliseconds(250))
        try await world.answer()
        let timeline = try await world.coordinator.timeline(of: "order-1")
        let reserve = try #require(timeline.steps.first { $0.id == "reserve" })
        #expect(reserve.milliseconds == 250)
        #expect(reserve.command?.type == ReserveStock.commandType)
        #expect(reserve.command?.data.contains("\"order\":\"1\"") == true)
        #expect(reserve.reply != nil)
        #expect(reserve.compensation?.type == ReleaseStock.commandType)
        let authorize = try #require(timeline.steps.first { $0.id == "authorize" })
        #expect(authorize.milliseconds == nil && authorize.reply == nil && authorize.command != nil)
        #expect(timeline.state?.contains("\"order\":\"1\"") == true)
    }

    @Test func gaugesTellHowManySagasStandWhere() async throws {
        let metrics = TestMetrics()
        let world = try withMetricsFactory(metrics) { try World(FindableOrder.self, FulfilOrder.self) }
        for order in ["1", "2"] {
            let id = try SagaID(validating: "order-\(order)")
            try await world.coordinator.start(FindableOrder.self, id: id, state: .init(order: order))
        }
        try await world.coordinator.report()
        func value(_ label: String, _ dimension: (String, String)? = nil) throws -> Double? {
            try metrics.expectGauge(label, dimension.map { [$0] } ?? []).lastValue
        }
        #expect(try value("edda.sagas", ("status", "running")) == 2)
        #expect(try value("edda.sagas", ("status", "parked")) == 0)
        #expect(try value("edda.sagas.overdue", ("saga", "order.findable")) == 0)
        #expect(try value("edda.sagas.timers.late") == 0)
        world.time.advance(by: .seconds(3_601))
        for _ in 0..<3 { try await world.answer("order-1") }
        try await world.coordinator.report()
        #expect(try value("edda.sagas", ("status", "running")) == 1)
        #expect(try value("edda.sagas", ("status", "completed")) == 1)
        #expect(try value("edda.sagas.overdue", ("saga", "order.findable")) == 1)
        #expect(try value("edda.sagas.overdue", ("saga", "order.fulfil")) == 0)
        #expect(try value("edda.sagas.timers.late") ?? 0 > 3_000)
    }
}
