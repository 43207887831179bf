import Edda
import EddaTesting
import Synchronization
import Testing

/// Sagas whose steps call the outside: what the gateway has in its ledger is what the saga says.
@Suite(.timeLimit(.minutes(5))) struct PerformSagaTests {
    typealias Code = MessagesAndParticipantsCode

    /// A gateway that recognises keys, and whose answers may get lost.
    private final class Gateway: Code.PaymentGateway {
        struct Refused: Error {}
        private let ledger = Mutex<[String: Int]>([:])
        private let calls = Mutex(0)
        /// How many charges take effect without an answer.
        let lost: Int
        let declines: Bool

        init(lost: Int = 0, declines: Bool = false) {
            self.lost = lost
            self.declines = declines
        }

        var booked: [Int] { ledger.withLock { $0.values.sorted() } }
        var charges: Int { calls.withLock { $0 } }

        func charge(_ card: String, cents: Int, key: String) async throws -> String {
            let call = calls.withLock { calls in
                calls += 1
                return calls
            }
            if declines { throw Rejection("card.declined") }
            ledger.withLock { $0[key] = cents }
            if call <= lost { throw TransportError("The answer got lost.") }
            return "charge-\(card)"
        }

        func refund(order: String, key: String) async throws { ledger.withLock { $0[key] = -4_200 } }
    }

    /// Runs the article's saga to its end.
    private func fulfil(
        with gateway: Gateway,
        in store: any Store = InMemoryStore(),
        isPacked: Bool = true
    ) async throws -> SagaTimeline {
        // No copy for lack of an answer: how often the gateway is called does not depend on how busy the machine is.
        var patience = SagaCoordinator.Configuration()
        patience.resend = .exponential(attempts: nil, initial: .seconds(3_600), cap: .seconds(3_600))
        let runtime = try EddaRuntime(store: store, sagaConfiguration: patience) {
            Code.FulfilOrder.self
            Participant("inventory") {
                Handle(Code.ReserveStock.self) { _, _ in Code.ReserveStock.Reply(shelf: "7") }
                Handle(Code.Pack.self) { _, _ in if !isPacked { throw Rejection("no.box") } }
            }
            Code.payments(gateway)
        }
        try await runtime.whileRunning {
            try await runtime.start(Code.FulfilOrder.self, id: "1", state: .init(order: "1"))
            _ = try await runtime.sagas.wait(for: "1")
        }
        return try await runtime.sagas.timeline(of: "1")
    }

    // guarantees: G8, G10
    @Test func itIsChargedOnceThoughTheAnswerGotLost() async throws {
        let gateway = Gateway(lost: 2)
        let saga = try await fulfil(with: gateway)
        #expect(saga.status == .completed)
        #expect(gateway.booked == [4_200])
        #expect(gateway.charges == 3)
    }

    // acceptance: 43
    // guarantees: G8, G11
    @Test func whatEndedUnknownIsFoundOutAndUndone() async throws {
        // All three tries that the step has.
        let gateway = Gateway(lost: 3)
        let store = InMemoryStore()
        let saga = try await fulfil(with: gateway, in: store)
        #expect(saga.status == .compensated)
        #expect(gateway.booked == [-4_200, 4_200])
        #expect(gateway.charges == 4, "Three tries, and one to learn how they ended.")
        let events = try await store.events(in: "order-1").map(\.type)
        #expect(events == ["card.charged", "card.refunded"])
    }

    // guarantees: G11
    @Test func whatTheOutsideRefusesIsNotUndone() async throws {
        let gateway = Gateway(declines: true)
        let saga = try await fulfil(with: gateway)
        #expect(saga.status == .compensated)
        #expect(gateway.booked.isEmpty)
    }

    // guarantees: G11
    @Test func whatWasChargedIsRefundedWhenALaterStepIsRefused() async throws {
        let gateway = Gateway()
        let saga = try await fulfil(with: gateway, isPacked: false)
        #expect(saga.status == .compensated)
        #expect(gateway.booked == [-4_200, 4_200])
    }

    // acceptance: 59
    // guarantees: G12
    @Test func aRuntimeThatStopsFinishesTheCallsInHand() async throws {
        let store = InMemoryStore()
        let began = Signal()
        let goOn = Signal()
        let runtime = try EddaRuntime(store: store, shutdownLimit: .seconds(600)) {
            Participant("payments") {
                Perform(Code.RefundCard.self, timeout: .seconds(3_600)) { _, _ in
                    began.raise()
                    try await goOn.wait(past: 0)
                } commit: { _, context in
                    try context.append([Code.CardRefunded()], to: "order-1")
                }
            }
        }
        let message = try CommandMessage.make(
            Code.RefundCard(order: "1"),
            from: "test",
            idempotencyKey: "1",
            partitionKey: "1",
            time: .now(),
            schema: store.schema
        )
        try await store.write { _ = try $0.enqueue(message) }
        let waits = runtime.waitsForCalls
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                // A runtime that does not wait for the call cancels it, and stops without its release.
                defer { waits.raise() }
                _ = try await runtime.whileRunning { try await began.wait(past: 0) }
            }
            try await waits.wait(past: 0)
            goOn.raise()
            try await group.waitForAll()
        }
        #expect(try await store.state(of: "order-1") == .version(1))
    }
}
