import EddaCore
import EddaSagas
import EddaTesting
import Testing

/// The verbs through the coordinator.
@Suite struct OperatingTests {
    // acceptance: 48, 49; guarantees: G10, G11, G14
    @Test(arguments: StoreKind.allCases, Standing.allCases)
    func everyVerbIsOneCommitOrNone(_ kind: StoreKind, _ standing: Standing) async throws {
        for (name, verdict) in zip(Standing.verbs, standing.verdicts) {
            try await World.on(kind, FulfilOrder.self) { world in
                let what: Comment = "\(name) at \(standing)"
                try await world.coordinator.start(FulfilOrder.self, id: "order-1", state: .init(order: "1"))
                try await world.bring("order-1", to: standing)
                let before = try await world.record("order-1")
                #expect(before.status == standing.status, what)
                let place = standing.isOfUndo ? "capture" : before.step
                let request = OperatorRequest(Standing.verb(name, at: place), by: "ada", because: "the bank is back")
                let (sent, history) = (try await world.keys(), try await world.happenings("order-1"))
                switch verdict {
                case .refused:
                    let error = await #expect(throws: SagaError.self, what) {
                        try await world.coordinator.operate(request, on: "order-1")
                    }
                    #expect(error?.code == .verbRefused, what)
                case .nothing:
                    let decision = try await world.coordinator.operate(request, on: "order-1")
                    #expect(!decision.hasEffect, what)
                    #expect(decision.description.hasPrefix("Nothing was changed"), what)
                case .leads(let status, let end, _, _):
                    let decision = try await world.coordinator.operate(request, on: "order-1")
                    #expect(decision.hasEffect && decision.saga.status == status, what)
                    let after = try await world.record("order-1")
                    #expect(after == decision.saga && after.revision == before.revision + 1, what)
                    #expect(try await world.happenings("order-1")[history.count] == "operator.acted", what)
                    for _ in 0..<20 where try await !world.record("order-1").status.isEnded {
                        try await world.answer()
                    }
                    #expect(try await world.record("order-1").status == end, what)
                    #expect(try await world.timer() == nil, what)
                    return
                }
                #expect(try await world.record("order-1") == before, what)
                #expect(try await world.keys() == sent, what)
                #expect(try await world.happenings("order-1") == history, what)
            }
        }
    }

    // acceptance: 48; guarantees: G7
    @Test(arguments: StoreKind.allCases) func anAlertLeavesOnceForEachParking(_ kind: StoreKind) async throws {
        var configuration = SagaCoordinator.Configuration()
        configuration.alerts = "pager"
        configuration.undoRetry = .exponential(attempts: 2)
        try await World.on(kind, FulfilOrder.self, configuration: configuration) { world in
            try await world.coordinator.start(
                FulfilOrder.self,
                id: "order-1",
                state: .init(order: "1"),
                correlationID: "talk-7"
            )
            try await world.answer()
            try await world.answer("order-1", Replies.refusal)
            try await world.answer("order-1", Replies.passing)
            #expect(try await alerts(world).isEmpty)
            try await world.passToTimer()
            let undo = try #require(try await world.sent().last)
            let failure = try world.reply(to: undo, Replies.passing)
            await world.deliver(failure)
            await world.deliver(failure)
            let parked = try await world.record("order-1")
            #expect(parked.status == .parked)
            let message = try #require(try await alerts(world).first)
            #expect(try await alerts(world).count == 1)
            #expect(message.destination == "pager" && message.replyTo == nil)
            #expect(message.correlationID == "talk-7" && message.subject == "reserve")
            let alert = try world.store.schema.codec.decode(SagaAlert.self, from: message.data)
            #expect(alert.saga == "order-1" && alert.name == "order.fulfil" && alert.step == "reserve")
            #expect(alert.cause == "undo-failed" && alert.reason == parked.reason)
            #expect(alert.since == parked.updatedAt)

            // What comes while it stands still alerts nobody, and does not change since when it stands still.
            world.time.advance(by: .seconds(90))
            await world.deliver(try world.reply(to: undo, Replies.refusal))
            #expect(try await world.record("order-1").updatedAt > parked.updatedAt)
            let timeline = try await world.coordinator.timeline(of: "order-1")
            #expect(timeline.parkedSince == alert.since)
            #expect(timeline.description.contains("Parked since \(alert.since)"))
            #expect(try await alerts(world).count == 1)

            try await world.coordinator.retry("order-1", by: "ada")
            #expect(try await world.coordinator.timeline(of: "order-1").parkedSince == nil)
            for _ in 0..<2 {
                let again = try #require(try await world.sent().last { $0.type != SagaAlert.commandType })
                await world.deliver(try world.reply(to: again, Replies.passing))
                if try await world.record("order-1").status != .parked { try await world.passToTimer() }
            }
            let all = try await alerts(world)
            #expect(all.count == 2)
            #expect(Set(all.map(\.idempotencyKey)).count == 2)
            // One that is refused does not keep back the other.
            #expect(Set(all.map(\.partitionKey)).count == 2)
        }
    }

    private func alerts(_ world: World) async throws -> [Message] {
        try await world.sent().filter { $0.type == SagaAlert.commandType }
    }

    // acceptance: 55
    @Test(arguments: StoreKind.allCases) func whatCannotBeReadAlertsAndIsLeftToTheRightProgram(_ kind: StoreKind)
        async throws
    {
        var configuration = SagaCoordinator.Configuration()
        configuration.alerts = "pager"
        let alerting = configuration
        try await World.on(kind, FulfilOrder.self) { world in
            try await world.coordinator.start(FulfilOrder.self, id: "order-1", state: .init(order: "1"))
            let command = try #require(try await world.sent().first)
            // Another version of the program runs: it does not have the plan.
            let other = try World(world.time, world.store, [PrepareOrder.self], alerting)
            await other.deliver(try world.reply(to: command))
            #expect(try await other.record("order-1").status == .parked)
            #expect(try await alerts(other).count == 1)
            let before = try await other.record("order-1")
            let error = await #expect(throws: SagaError.self) {
                try await other.coordinator.retry("order-1", by: "ada")
            }
            #expect(error?.code == .planChanged)
            #expect(error?.description.contains("order.fulfil") == true)
            #expect(try await other.record("order-1") == before)

            // The program that started it goes on: the participant answers the same once more.
            let decision = try await world.coordinator.retry("order-1", by: "ada", because: "rolled back")
            #expect(decision.saga.status == .running && decision.saga.step == "reserve")
            #expect(try await world.keys() == ["order-1/reserve", "order-1/parked/2", "order-1/reserve"])
            for _ in 0..<4 { try await world.answer() }
            #expect(try await world.record("order-1").status == .completed)

            let nobody = await #expect(throws: SagaError.self) { try await world.coordinator.cancel("lost", by: "ada") }
            #expect(nobody?.code == .notFound)
        }
    }

    // acceptance: 55
    @Test func anInstanceThatDoesNotDecodeIsRefusedByName() async throws {
        let world = try World(FulfilOrder.self)
        try await world.coordinator.start(FulfilOrder.self, id: "order-1", state: .init(order: "1"))
        let good = try await world.record("order-1")
        var broken = good
        broken.instance = Array("{}".utf8)
        broken.revision += 1
        try await world.store.write { [broken] in try $0.putSaga(broken) }
        await world.deliver(try world.reply(to: try #require(try await world.sent().first)))
        let parked = try await world.record("order-1")
        #expect(parked.status == .parked)
        #expect(try await world.coordinator.timeline(of: "order-1").parkedSince == parked.updatedAt)
        let error = await #expect(throws: SagaError.self) { try await world.coordinator.retry("order-1", by: "ada") }
        #expect(error?.code == .unreadableInstance)
        #expect(try await world.record("order-1") == parked)

        // The program that can read it runs again: the row says that it is parked, so that is where it stands.
        var mended = parked
        mended.instance = good.instance
        mended.revision += 1
        try await world.store.write { [mended] in try $0.putSaga(mended) }
        let decision = try await world.coordinator.retry("order-1", by: "ada")
        #expect(decision.saga.status == .running)
    }

    // guarantees: G10
    @Test(arguments: StoreKind.allCases) func anEndThatItsOwnerRefusesAgainParksAgain(_ kind: StoreKind) async throws {
        try await World.on(kind, CloseOrder.self) { world in
            let state = OrderState(order: "1", cents: 0)
            try await world.coordinator.start(CloseOrder.self, id: "order-1", state: state)
            for _ in 0..<2 { try await world.answer() }
            #expect(try await world.record("order-1").status == .parked)
            let decision = try await world.coordinator.retry("order-1", by: "ada")
            #expect(decision.hasEffect && decision.saga.status == .parked)
            #expect(decision.description.contains("0 cents"))
            let happenings = try await world.happenings("order-1")
            #expect(happenings.suffix(3) == ["saga.parked", "operator.acted", "saga.parked"])
            #expect(try await world.store.events(in: "order-1").isEmpty)
        }
    }

    @Test func whoWaitsForASagaIsWokenByADecision() async throws {
        let world = try World(FulfilOrder.self)
        try await world.coordinator.start(FulfilOrder.self, id: "order-1", state: .init(order: "1"))
        try await world.bring("order-1", to: .behindThePivot)
        async let waiting = world.coordinator.wait(for: "order-1")
        try await world.coordinator.skip("order-1", at: "ship", by: "ada", because: "picked up by the customer")
        let ended = try await waiting
        #expect(ended.status == .completed)
        let timeline = try await world.coordinator.timeline(of: "order-1")
        #expect(timeline.remaining.isEmpty)
        #expect(timeline.done == ["reserve", "authorize", "capture"])
        #expect(timeline.steps.last?.note == "ada: picked up by the customer")
        #expect(timeline.entries.contains { $0.what == "operator.acted" && $0.step == "ship" })
    }
}
