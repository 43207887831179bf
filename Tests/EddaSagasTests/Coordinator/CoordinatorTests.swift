import EddaCore
import EddaMessaging
import EddaSagas
import EddaTesting
import Testing

@Suite struct CoordinatorTests {
    private func begun(_ sagas: any Saga.Type...) async throws -> World {
        let world = try World(FulfilOrder.self, PrepareOrder.self, CloseOrder.self)
        try await world.coordinator.start(FulfilOrder.self, id: "order-1", state: .init(order: "1"))
        return world
    }

    // acceptance: 34
    @Test func aReplyThatComesAgainChangesNothingAndIsCounted() async throws {
        let world = try await begun()
        let reply = try world.reply(to: try #require(try await world.sent().first))
        #expect(await world.deliver(reply) == [.acknowledged])
        // The process is killed before it acknowledges; the transport delivers again, to the next one.
        let next = try world.restarted(FulfilOrder.self)
        #expect(await next.deliver(reply) == [.acknowledged])
        #expect(try await next.keys() == ["order-1/reserve", "order-1/authorize"])
        #expect(try await next.instance("order-1").ignoredReplies == 1)
        #expect(try await next.coordinator.timeline(of: "order-1").ignoredReplies == 1)
    }

    // acceptance: 35
    @Test func aCompensationInterruptedByARestartGoesOnWhereItWas() async throws {
        let world = try World(PrepareOrder.self)
        try await world.coordinator.start(PrepareOrder.self, id: "order-1", state: .init(order: "1"))
        for _ in 0..<3 { try await world.answer() }
        try await world.answer("order-1", Replies.refusal)
        let undo = try #require(try await world.sent().last)
        #expect(undo.idempotencyKey == "order-1/authorize/undo")
        let undone = try world.reply(to: undo)
        await world.deliver(undone)
        let next = try world.restarted(PrepareOrder.self)
        await next.deliver(undone)
        try await next.answer()
        #expect(try await next.record("order-1").status == .compensated)
        let undos = try await next.keys().filter { $0.hasSuffix("/undo") }
        #expect(undos == ["order-1/authorize/undo", "order-1/reserve/undo"])
        #expect(try await next.happenings("order-1").contains("step.skipped"))
    }

    // acceptance: 38
    @Test func twoRepliesAtOnceMakeOneTransition() async throws {
        let world = try await begun()
        let command = try #require(try await world.sent().first)
        let fates = await world.deliver(try world.reply(to: command), try world.reply(to: command))
        #expect(fates == [.acknowledged, .acknowledged])
        #expect(try await world.keys() == ["order-1/reserve", "order-1/authorize"])
    }

    // acceptance: 38
    @Test func aReplyAfterTheEndIsRecordedWithoutEffect() async throws {
        let world = try await begun()
        let reserve = try #require(try await world.sent().first)
        for _ in 0..<4 { try await world.answer() }
        let ended = try await world.record("order-1")
        #expect(ended.status == .completed)
        #expect(ended.step == nil)
        #expect(try await world.timer() == nil)
        #expect(await world.deliver(try world.reply(to: reserve, Replies.refusal)) == [.acknowledged])
        #expect(try await world.record("order-1").status == .completed)
        #expect(try await world.happenings("order-1").suffix(2) == ["saga.completed", "reply.ignored"])
        #expect(try await world.sent().count == 4)
    }

    @Test func repliesOfManySagasInOneBatchEachMoveTheirOwn() async throws {
        let world = try World(FulfilOrder.self)
        for number in 0..<20 {
            let id = try SagaID(validating: "order-\(number)")
            try await world.coordinator.start(FulfilOrder.self, id: id, state: .init(order: "\(number)"))
        }
        let deliveries = try await world.sent().enumerated().map { index, message in
            Delivery(token: UInt64(index), message: try world.reply(to: message))
        }
        let settlements = await world.coordinator.settle(deliveries)
        #expect(Set(settlements.map(\.token)) == Set(0..<20))
        #expect(settlements.allSatisfy { $0.fate == .acknowledged })
        let sagas = try await world.store.read { try $0.sagas(.init()) }
        #expect(sagas.count == 20)
        #expect(sagas.allSatisfy { $0.step == "authorize" && $0.revision == 2 })
    }

    // guarantees: G7, G10
    @Test func aReplyThatCannotBeDealtWithHoldsUpNothingAndWhatIsNoReplyIsRefused() async throws {
        let world = try await begun()
        let command = try #require(try await world.sent().first)
        var foreign = try world.reply(to: command)
        foreign.idempotencyKey = "order-77/reserve"
        var nonsense = try world.reply(to: command)
        nonsense.idempotencyKey = "nonsense"
        var unreadable = try world.reply(to: command, Replies.refusal)
        unreadable.data = [1, 2, 3]
        let fates = await world.deliver(command, foreign, nonsense, unreadable)
        guard case .refused(let reason) = fates[0] else {
            Issue.record("\(fates)")
            return
        }
        #expect(reason.contains("\(ReserveStock.commandType)"))
        #expect(fates.dropFirst() == [.acknowledged, .acknowledged, .acknowledged])
        #expect(try await world.record("order-1").revision == 1)
    }

    // guarantees: G14
    @Test func aReplyIsHandedBackWhenTheStoreCannotTakeIt() async throws {
        let world = try await begun()
        let reply = try world.reply(to: try #require(try await world.sent().first))
        await world.store.close()
        guard case .handedBack = try #require(await world.deliver(reply).first) else {
            Issue.record("A reply that was not dealt with must come again.")
            return
        }
    }

    @Test(arguments: [true, false])
    func theOwnerWritesInTheCommitOfTheEnd(_ isCompleted: Bool) async throws {
        let world = try World(CloseOrder.self)
        try await world.coordinator.start(CloseOrder.self, id: "close-1", state: .init(order: "1"))
        try await world.answer("close-1")
        try await world.answer("close-1", isCompleted ? nil : Replies.refusal)
        if !isCompleted { try await world.answer("close-1") }
        let events = try await world.store.events(in: "order-1")
        #expect(events.count == 1)
        let closed = try world.store.schema.decode(OrderClosed.self, from: try #require(events.first))
        #expect(closed.status == (isCompleted ? "completed" : "compensated"))
        #expect((closed.reason == nil) == isCompleted)
        #expect(events.first?.metadata.causationID == "close-1")
    }

    @Test func anOwnerWhoThrowsAtTheEndParksTheSagaAndItsWritesAreGone() async throws {
        let world = try World(CloseOrder.self)
        try await world.coordinator.start(CloseOrder.self, id: "close-1", state: .init(order: "1", cents: 0))
        try await world.answer("close-1")
        #expect(try await world.answer("close-1") == .acknowledged)
        let record = try await world.record("close-1")
        #expect(record.status == .parked)
        #expect(record.reason?.contains("0 cents") == true)
        #expect(try await world.store.events(in: "order-1").isEmpty)
        #expect(try await world.instance("close-1").steps.allSatisfy { $0.status == .succeeded })
        #expect(try await world.happenings("close-1").suffix(2) == ["step.succeeded", "saga.parked"])
    }

    // acceptance: 55
    @Test func anInstanceThatDoesNotDecodeParksAndIsKept() async throws {
        let world = try await begun()
        let command = try #require(try await world.sent().first)
        let garbage = Array(#"{"id": 7}"#.utf8)
        try await world.store.write { transaction in
            guard var record = try transaction.saga("order-1") else { return }
            record.instance = garbage
            record.revision += 1
            try transaction.putSaga(record)
        }
        #expect(await world.deliver(try world.reply(to: command)) == [.acknowledged])
        let parked = try await world.record("order-1")
        #expect(parked.status == .parked)
        #expect(parked.reason?.contains("does not decode") == true)
        #expect(parked.instance == garbage)
        #expect(try await world.timer() == nil)
        // Nothing more happens to it, and its history can still be read.
        await world.deliver(try world.reply(to: command))
        #expect(try await world.record("order-1") == parked)
        #expect(try await world.happenings("order-1").last == "saga.parked")
        #expect(try await world.coordinator.wait(for: "order-1") == parked)
    }

    @Test func anotherPlanOrNoPlanParks() async throws {
        for sagas in [[OtherPlan.self], []] as [[any Saga.Type]] {
            let world = try await begun()
            let command = try #require(try await world.sent().first)
            let next = try SagaCoordinator(store: world.store, address: "orders", sagas: sagas, logger: .silent)
            let reply = Delivery(token: 1, message: try world.reply(to: command))
            #expect(await next.settle([reply]).map(\.fate) == [.acknowledged])
            let record = try await world.record("order-1")
            #expect(record.status == .parked)
            #expect(record.reason?.contains("order.fulfil") == true)
            #expect(try await world.instance("order-1").parking?.cause == .planChanged)
            #expect(try await world.sent().count == 1)
        }
    }

    struct OtherPlan: Saga {
        static let name: SagaName = "order.fulfil"
        static let version = 2
        typealias State = OrderState
        static var plan: some Plan<State> {
            pivot("capture") { CapturePayment(order: $0.order) }
        }
    }

    @Test func waitersAreWokenByTheTransitionThatEndsTheSaga() async throws {
        let world = try await begun()
        async let ended = world.coordinator.wait(for: "order-1")
        for _ in 0..<4 { try await world.answer() }
        #expect(try await ended.status == .completed)
        #expect(try await world.coordinator.wait(for: "order-1").status == .completed)
        let missing = await #expect(throws: SagaError.self) { try await world.coordinator.wait(for: "nobody") }
        #expect(missing?.code == .notFound)
    }

    @Test func theTimelineTellsWhatWasDoneAndWhatRemains() async throws {
        let world = try await begun()
        try await world.answer()
        var timeline = try await world.coordinator.timeline(of: "order-1")
        #expect(timeline.done == ["reserve"])
        #expect(timeline.remaining == ["authorize", "capture", "ship"])
        #expect(timeline.steps.map(\.phase) == [.compensatable, .compensatable, .pivot, .retriable])
        try await world.answer("order-1", Replies.refusal)
        timeline = try await world.coordinator.timeline(of: "order-1")
        #expect(timeline.remaining == ["reserve"])
        #expect(timeline.status == .compensating)
        try await world.pass(.seconds(3))
        try await world.answer()
        timeline = try await world.coordinator.timeline(of: "order-1")
        #expect(timeline.remaining.isEmpty)
        #expect(timeline.done.isEmpty)
        #expect(
            timeline.entries.map(\.what) == [
                "saga.started", "step.dispatched", "step.succeeded", "step.dispatched", "step.rejected",
                "compensation.began", "step.undo-dispatched", "step.resent", "step.undone", "saga.compensated",
            ]
        )
        #expect(timeline.entries.first { $0.what == "step.rejected" }?.reason == "not.possible: It cannot be done.")
        #expect(timeline.entries.first { $0.what == "step.undone" }?.milliseconds == 3_000)
        let codec = JSONCodec()
        #expect(try codec.decode(SagaTimeline.self, from: try codec.encode(timeline)) == timeline)
        let text = timeline.description
        for part in ["order-1", "compensated", "reserve", "undone", "not.possible", "3 s", "Remaining: none"] {
            #expect(text.contains(part), "\(part) is missing in:\n\(text)")
        }
    }

    @Test func whatAnotherCoordinatorHasMovedIsReadAgain() async throws {
        let here = try World(FulfilOrder.self)
        let there = try here.restarted(FulfilOrder.self)
        try await here.coordinator.start(FulfilOrder.self, id: "order-1", state: .init(order: "1"))
        for world in [there, here, there, here] { try await world.answer() }
        #expect(try await here.record("order-1").status == .completed)
        #expect(try await here.happenings("order-1").contains("reply.ignored") == false)
    }
}
