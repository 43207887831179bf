import Edda
import EddaTesting
import Synchronization
import Testing

@testable import OrderFulfilment

/// The saga under everything that can go wrong, on stores in memory and in a time that is not waited for.
///
/// `EDDA_SAGA_SEEDS=10000` runs more than the usual seeds.
// guarantees: G7, G8, G10, G11, G12
@Suite struct FulfilOrderTests {
    private static let placed = OrderPlaced(
        customer: "ada",
        currency: "EUR",
        country: "DE",
        lines: [OrderLine(sku: "apples", quantity: 3, unitPriceMinor: 1_400)],
        total: 4_200
    )
    private static let state = FulfilOrder.State(
        order: "1042",
        customer: placed.customer,
        currency: placed.currency,
        country: placed.country,
        total: placed.total,
        lines: [StockLine(sku: "apples", quantity: 3)]
    )

    /// The saga runs in the orders service, beside its participant.
    private static func options() throws -> SagaTestOptions {
        var options = SagaTestOptions()
        options.address = "orders"
        options.schema = try SchemaRegistry(
            events: OrdersService.events + PaymentsService.events + ShippingService.events
        )
        return options
    }

    /// The order that is to be fulfilled.
    private static func place(_ stores: SagaTestStores) async throws {
        try await stores.saga.append([placed], to: StreamID(category: Order.category, id: state.order))
    }

    private static func checkOrder(_ end: SagaTestOutcome<FulfilOrder.State>) async throws {
        let order = try await end.stores.saga.load(Order.self, id: state.order).state.status
        switch end.status {
        case .completed:
            try end.expect(order == .confirmed, "completed, and the order is not confirmed")
            try end.expect(end.state.tracking == "parcel-1042", "completed without a tracking number")
            try end.expect(
                end.state.reservation != nil && end.state.authorization != nil,
                "completed, half of it unknown"
            )
        case .compensated:
            try end.expect(order == .cancelled, "compensated, and the order is not cancelled")
        default:
            try end.expect(order != .cancelled, "cancelled, and the saga has not come to its end")
        }
        try end.expect(!end.stands("ship") || end.stands("capture-payment"), "shipped without payment")
        try end.expect(!end.stands("issue-stock") || end.stands("reserve-stock"), "issued what was not reserved")
    }

    @Test(.timeLimit(.minutes(30)))
    func withFakesForEveryParticipant() async throws {
        let report = try await SagaTest.exhaustive(FulfilOrder.self, state: Self.state, options: Self.options()) {
            Fake(ReserveStock.self) { ReserveStock.Reply(reservation: "reservation-\($0.order)") }
            Fake(ReleaseStock.self)
            Fake(IssueStock.self)
            Fake(AuthorizePayment.self) { AuthorizePayment.Reply(authorization: "auth-\($0.order)") }
            Fake(VoidPayment.self)
            Fake(CapturePayment.self)
            Fake(CreateShipment.self) { CreateShipment.Reply(tracking: "parcel-\($0.order)") }
            OrdersService.participant
        } prepare: {
            try await Self.place($0)
        } invariant: { end in
            try await Self.checkOrder(end)
        }
        print(report)
        #expect(report.steps == 6)
        #expect(report.transitions == 7)
        for status in [SagaRecord.Status.completed, .compensated, .parked] {
            #expect(report.endings[status, default: 0] > 50, "\(report)")
        }
    }

    /// The payments service as it is, and the bank that it calls; only the stock is a fake, since that needs SQL.
    @Test(.timeLimit(.minutes(30)))
    func withTheRealPaymentsAndTheBankBehindThem() async throws {
        let bank = Mutex(Bank.unreachable)
        let schema = try SchemaRegistry(events: [BankBooking.self])
        let report = try await SagaTest.exhaustive(FulfilOrder.self, state: Self.state, options: Self.options()) {
            Fake(ReserveStock.self) { ReserveStock.Reply(reservation: "reservation-\($0.order)") }
            Fake(ReleaseStock.self)
            Fake(IssueStock.self)
            PaymentsService(
                bank: bank.withLock { bank in
                    bank = Bank(ledger: InMemoryStore(schema: schema))
                    return bank
                }
            ).participant
            ShippingService.participant
            OrdersService.participant
        } prepare: {
            try await Self.place($0)
        } invariant: { end in
            try await Self.checkOrder(end)
            let booked = try await bank.withLock { $0 }.bookings().map(\.kind)
            let payments = try end.stores.store(of: "payments")
            let payment = try await payments.load(Payment.self, id: Self.state.order).state.status
            switch end.status {
            case .completed:
                try end.expect(booked == [.held, .taken] && payment == .captured, "completed, the bank has \(booked)")
            case .compensated:
                try end.expect(booked.isEmpty || booked == [.held, .released], "compensated, the bank has \(booked)")
                try end.expect(payment == nil || payment == .voided, "compensated, the payment is \(payment as Any)")
            default:
                try end.expect([[], [.held], [.held, .released], [.held, .taken]].contains(booked), "\(booked)")
            }
        }
        print(report)
        for status in [SagaRecord.Status.completed, .compensated, .parked] {
            #expect(report.endings[status, default: 0] > 50, "\(report)")
        }
    }
}
