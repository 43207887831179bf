import EddaCore
import EddaMessaging
import EddaSagas
import EddaTesting
import Synchronization
import Testing

/// The words of the plan language on stores, with processes that are killed in between.
@Suite struct WordsOnStoresTests {
    struct Errand: Saga {
        static let name: SagaName = "errand"
        static let version = 1
        typealias Services = Desk
        typealias State = OrderState
        static var plan: some Plan<State> {
            local("label") { state, key, desk in
                try await desk.take(key)
                return "label of \(state.order)"
            }
            .merge { $0.tracking = $1 }
            .compensateLocally { _, _, key, desk in try await desk.take(key) }
            awaitSignal("approval", Approval.self) { $0.authorization = $1.by }
            sleep("cool-off", .seconds(3_600))
            call("reserve") { ReserveStock(order: $0.order) }
                .compensate { ReleaseStock(order: $0.order, reservation: $1?.reservation) }
        }
    }

    private func on(
        _ kind: StoreKind,
        _ body: (_ world: World, _ desk: Desk, _ restarted: () throws -> World) async throws -> Void
    ) async throws {
        try await World.on(kind, FulfilOrder.self) { outer in
            let desk = Desk()
            var configuration = SagaCoordinator.Configuration()
            configuration.alerts = "pager"
            let registrations = [
                Errand.with(desk), EveryWord.with(desk), SagaRegistration(PackOrder.self), SagaRegistration(Outer.self),
                SagaRegistration(CloseOrder.self), SagaRegistration(Prompt.self),
            ]
            let restarted = { [configuration] in
                try World(outer.time, outer.store, registrations: registrations, configuration)
            }
            try await body(restarted(), desk, restarted)
        }
    }

    // guarantees: G8, G12
    @Test(arguments: StoreKind.allCases) func whatIsDoneHereIsRepeatedAfterAKill(_ kind: StoreKind) async throws {
        try await on(kind) { world, desk, restarted in
            try await world.coordinator.start(Errand.self, id: "e-1", state: .init(order: "1"))
            // Nobody runs the coordinator yet; its timer is due at once.
            #expect(await world.coordinator.performLocals() == 0)
            try await world.pass(.zero)
            // The process is killed before it has done it, and once more after that.
            var next = try restarted()
            #expect(await next.coordinator.performLocals() == 0)
            try await next.passToTimer()
            desk.book.withLock { $0.answer = { _ in throw CancellationError() } }
            #expect(await next.coordinator.performLocals() == 1)
            desk.book.withLock { $0.answer = { _ in } }
            next = try restarted()
            while try await next.record("e-1").step == "label" {
                try await next.passToTimer()
                await next.coordinator.performLocals()
            }
            #expect(Set(desk.calls) == ["e-1/label"] && desk.calls.count >= 2)
            #expect(try await next.record("e-1").step == "approval")
            #expect(try await next.sent().isEmpty)

            // It is undone in this process as well.
            try await next.coordinator.cancel("e-1", by: "ada")
            next = try restarted()
            try await next.passToTimer()
            #expect(await next.coordinator.performLocals() == 1)
            #expect(desk.calls.last == "e-1/label/undo")
            #expect(try await next.record("e-1").status == .compensated)
        }
    }

    @Test(arguments: StoreKind.allCases) func aRefusalHereTurnsBack(_ kind: StoreKind) async throws {
        try await on(kind) { world, desk, _ in
            desk.book.withLock { $0.answer = { _ in throw Rejection("no.ink", "The printer has no ink.") } }
            try await world.coordinator.start(Errand.self, id: "e-1", state: .init(order: "1"))
            try await world.pass(.zero)
            await world.coordinator.performLocals()
            let ended = try await world.record("e-1")
            #expect(ended.status == .compensated)
            #expect(ended.reason?.contains("no.ink: The printer has no ink.") == true)
        }
    }

    // guarantees: G12
    @Test(arguments: StoreKind.allCases) func signalsAreKeptAbsorbedAndOfTheirCallersCommit(
        _ kind: StoreKind
    ) async throws {
        try await on(kind) { world, _, restarted in
            let approval = Approval(by: "ada")
            try await world.coordinator.start(Errand.self, id: "e-1", state: .init(order: "1"))
            #expect(try await world.coordinator.signal("e-1", "approval", approval, key: "k") == .kept)
            #expect(try await world.coordinator.signal("e-1", "approval", approval, key: "k") == .duplicate)
            #expect(try await world.coordinator.signal("e-1", "approval", approval) == .ignored)
            let next = try restarted()
            try await next.pass(.zero)
            await next.coordinator.performLocals()
            #expect(try await next.record("e-1").step == "cool-off")
            #expect(try await next.coordinator.signal("e-1", "approval", approval, key: "k") == .duplicate)

            struct Change: Error {}
            try await next.coordinator.start(Errand.self, id: "e-2", state: .init(order: "2"))
            try await next.pass(.zero)
            await next.coordinator.performLocals()
            let coordinator = next.coordinator
            await #expect(throws: Change.self) {
                try await next.store.write { transaction in
                    try coordinator.signal("e-2", "approval", approval, in: transaction)
                    throw Change()
                }
            }
            #expect(try await next.record("e-2").step == "approval")
            let outcome = try await next.store.write { transaction in
                try coordinator.signal("e-2", "approval", approval, in: transaction)
            }
            #expect(outcome == .taken)
            #expect(try await next.record("e-2").step == "cool-off")

            let nobody = await #expect(throws: SagaError.self) {
                try await next.coordinator.signal("lost", "approval", approval)
            }
            #expect(nobody?.code == .notFound)
        }
    }

    // acceptance: 53; guarantees: G12
    @Test(arguments: StoreKind.allCases) func aPauseIsOverAlsoWhenNobodyLooked(_ kind: StoreKind) async throws {
        try await on(kind) { world, _, restarted in
            try await world.coordinator.start(Errand.self, id: "e-1", state: .init(order: "1"))
            try await world.coordinator.signal("e-1", "approval", Approval(by: "ada"))
            try await world.pass(.zero)
            await world.coordinator.performLocals()
            #expect(try await world.pass(.seconds(3_500)) == 0)
            world.time.advance(by: .seconds(86_400))
            world.time.reboot()
            let next = try restarted()
            #expect(try await next.pass(.zero) == 1)
            #expect(try await next.keys() == ["e-1/reserve"])
            #expect(try await next.pass(.zero) == 0)
            try await next.answer("e-1")
            #expect(try await next.record("e-1").status == .completed)
        }
    }

    // MARK: Children

    struct Outer: Saga {
        static let name: SagaName = "outer"
        static let version = 1
        typealias State = OrderState
        static var plan: some Plan<State> {
            call("reserve") { ReserveStock(order: $0.order) }
                .compensate { ReleaseStock(order: $0.order, reservation: $1?.reservation) }
            child("close", CloseOrder.self, id: { "close-\($0.order)" }) { $0 }
                .merge { $0.reservation = $1.reservation }
                .compensate { VoidPayment(order: $0.order, authorization: $1?.reservation) }
            pivot("capture") { CapturePayment(order: $0.order) }
        }

        static func ended(_ ending: SagaEnding<State>, in transaction: any WriteTransaction) throws {
            if ending.state.cents == 1 { throw EndingProblem(description: "an order of 1 cent cannot be closed") }
        }
    }

    // guarantees: G12
    @Test(arguments: StoreKind.allCases) func aChildBeginsAndEndsInTheCommitsOfItsParent(_ kind: StoreKind) async throws
    {
        try await on(kind) { world, _, restarted in
            try await world.coordinator.start(Outer.self, id: "o-1", state: .init(order: "1"), correlationID: "talk")
            try await world.answer("o-1")
            #expect(try await world.keys("close-1") == ["close-1/reserve"])
            #expect(try await world.record("close-1").correlationID == "talk")
            #expect(try await world.record("o-1").step == "close")
            try await world.answer("close-1")
            let next = try restarted()
            let last = try #require(try await next.sent("close-1").last)
            let reply = try next.reply(to: last)
            await next.deliver(reply)
            // The end of the child has sent the parent's next command.
            #expect(try await next.record("close-1").status == .completed)
            #expect(try await next.keys("o-1") == ["o-1/reserve", "o-1/capture"])
            await next.deliver(reply)
            #expect(try await next.instance("o-1").steps.map(\.status) == [.succeeded, .succeeded, .dispatched])
            let timeline = try await next.coordinator.timeline(of: "o-1")
            #expect(timeline.steps[1].child == "close-1" && timeline.steps[1].childStatus == .completed)
            #expect(timeline.description.contains("saga close-1, completed"))

            try await next.answer("o-1", Replies.refusal)
            let undo = try #require(try await next.sent("o-1").last)
            #expect(undo.type == VoidPayment.commandType)
            #expect(String(decoding: undo.data, as: UTF8.self).contains("r-1"))
        }
    }

    // acceptance: 49
    @Test(arguments: StoreKind.allCases) func aParentThatTurnsBackTurnsItsChildBack(_ kind: StoreKind) async throws {
        try await on(kind) { world, _, _ in
            try await world.coordinator.start(Outer.self, id: "o-1", state: .init(order: "1"))
            try await world.answer("o-1")
            try await world.coordinator.cancel("o-1", by: "ada", because: "the customer called")
            #expect(try await world.record("o-1").status == .running)
            try await world.answer("close-1")  // It was under way.
            #expect(try await world.record("close-1").status == .compensating)
            #expect(try await world.record("close-1").reason?.contains("Cancelled by saga o-1") == true)
            #expect(try await world.keys("o-1") == ["o-1/reserve"])
            try await world.answer("close-1")
            #expect(try await world.record("close-1").status == .compensated)
            #expect(try await world.keys("o-1").last == "o-1/reserve/undo")
            try await world.answer("o-1")
            let ended = try await world.record("o-1")
            #expect(ended.status == .compensated && ended.reason == "Cancelled by ada: the customer called")
        }
    }

    // guarantees: G10
    @Test(arguments: StoreKind.allCases) func aParkedChildIsWaitedForAndSeen(_ kind: StoreKind) async throws {
        try await on(kind) { world, _, _ in
            let state = OrderState(order: "1", cents: 0)
            try await world.coordinator.start(Outer.self, id: "o-1", state: state)
            try await world.answer("o-1")
            try await world.answer("close-1")
            // Its owner refuses the end.
            try await world.answer("close-1")
            #expect(try await world.record("close-1").status == .parked)
            let timeline = try await world.coordinator.timeline(of: "o-1")
            #expect(timeline.status == .running && timeline.steps[1].childStatus == .parked)
            #expect(timeline.description.contains("saga close-1, parked"))
        }
    }

    // guarantees: G10
    @Test(arguments: StoreKind.allCases) func whoseEndIsRefusedParksAndNotTheOther(_ kind: StoreKind) async throws {
        try await on(kind) { world, _, _ in
            try await world.coordinator.start(Outer.self, id: "o-1", state: OrderState(order: "1", cents: 1))
            try await world.answer("o-1")
            try await world.answer("close-1", Replies.refusal)
            #expect(try await world.record("close-1").status == .compensated)
            try await world.answer("o-1")
            let parent = try await world.record("o-1")
            #expect(parent.status == .parked && parent.reason?.contains("1 cent") == true)
        }
    }

    @Test(arguments: StoreKind.allCases) func aChildsIdThatIsTakenParksItsParent(_ kind: StoreKind) async throws {
        try await on(kind) { world, _, _ in
            try await world.coordinator.start(CloseOrder.self, id: "close-1", state: .init(order: "1"))
            try await world.coordinator.start(Outer.self, id: "o-1", state: .init(order: "1"))
            try await world.answer("o-1")
            let parent = try await world.record("o-1")
            #expect(parent.status == .parked && parent.step == "close")
            #expect(parent.reason?.contains("its id close-1 is that of another saga") == true)
            try await world.coordinator.cancel("o-1", by: "ada")
            #expect(try await world.record("o-1").status == .compensating)
            #expect(try await world.record("close-1").status == .running)
        }
    }

    @Test func aChildThatIsNotRegisteredIsRefusedAtTheStart() throws {
        let error = #expect(throws: SagaError.self) {
            _ = try SagaCoordinator(
                store: InMemoryStore(),
                address: "orders",
                sagas: [Outer.self],
                logger: .silent
            )
        }
        #expect(error?.code == .unknownSaga)
        #expect(error?.description.contains("Step close of saga outer starts a saga order.close") == true)
        let services = #expect(throws: SagaError.self) {
            _ = try SagaCoordinator(
                store: InMemoryStore(),
                address: "orders",
                sagas: [Errand.self],
                logger: .silent
            )
        }
        #expect(services?.code == .missingServices)
    }

    // MARK: Time

    struct Prompt: Saga {
        static let name: SagaName = "prompt"
        static let version = 1
        static let deadline: Duration? = .seconds(600)
        typealias State = OrderState
        static var plan: some Plan<State> {
            when("never", { _ in false }) {
                call("reserve") { ReserveStock(order: $0.order) }.noCompensation(reason: "a test")
            }
            awaitSignal("approval", Approval.self) { $0.authorization = $1.by }
            pivot("capture") { CapturePayment(order: $0.order) }
            awaitSignal("farewell", Approval.self) { $0.tracking = $1.by }
        }
    }

    // guarantees: G10
    @Test(arguments: StoreKind.allCases) func whoIsOverdueIsAlertedOnce(_ kind: StoreKind) async throws {
        try await on(kind) { world, _, restarted in
            try await world.coordinator.start(Prompt.self, id: "p-1", state: .init(order: "1"))
            try await world.coordinator.start(Prompt.self, id: "p-2", state: .init(order: "2"))
            try await world.coordinator.signal("p-1", "approval", Approval(by: "ada"))
            try await world.answer("p-1")
            world.time.advance(by: .seconds(700))
            let next = try restarted()
            #expect(try await next.pass(.zero) == 2)
            #expect(try await next.record("p-2").status == .compensated)
            #expect(try await next.record("p-1").status == .running)
            let timeline = try await next.coordinator.timeline(of: "p-1")
            #expect(timeline.overdueSince != nil && timeline.description.contains("Past its deadline since"))
            let alerts = try await next.sent().filter { $0.type == SagaAlert.commandType }
            let alert = try next.store.schema.codec.decode(SagaAlert.self, from: try #require(alerts.first).data)
            #expect(alerts.count == 1 && alert.cause == "overdue" && alert.saga == "p-1" && alert.step == "farewell")
            #expect(try await next.pass(.seconds(10_000)) == 0)
        }
    }

    /// Nothing to do is done by the timer: a start may be in its caller's transaction.
    @Test func aSagaWithNothingToDoEndsAtOnce() async throws {
        struct Idle: Saga {
            static let name: SagaName = "idle"
            static let version = 1
            typealias State = OrderState
            static var plan: some Plan<State> {
                forEach("nothing", in: { _ in [String]() }, id: { $0 }) { each in
                    each.call("reserve") { ReserveStock(order: $0.order) }.noCompensation(reason: "a test")
                }
            }
        }
        let world = try World(Idle.self)
        try await world.coordinator.start(Idle.self, id: "i-1", state: .init(order: "1"))
        #expect(try await world.record("i-1").status == .running)
        #expect(try await world.pass(.zero) == 1)
        #expect(try await world.record("i-1").status == .completed)
    }
}
