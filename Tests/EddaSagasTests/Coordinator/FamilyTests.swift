import EddaCore
import EddaMessaging
import EddaSagas
import EddaTesting
import Testing

/// Sagas and the sagas that they start, on stores: what is lost while one stands still, and who is whose.
// guarantees: G10, G11
@Suite struct FamilyTests {
    struct Pair: Saga {
        static let name: SagaName = "pair"
        static let version = 1
        typealias State = OrderState
        static var plan: some Plan<State> {
            parallel("both") {
                child("left", CloseOrder.self, id: { "l-\($0.order)" }) { $0 }
                    .compensate { VoidPayment(order: $0.order, authorization: $1?.reservation) }
                child("right", CloseOrder.self, id: { "r-\($0.order)" }) { $0 }
                    .compensate { VoidPayment(order: $0.order, authorization: $1?.reservation) }
                call("reserve") { ReserveStock(order: $0.order) }
                    .compensate { ReleaseStock(order: $0.order, reservation: $1?.reservation) }
            }
            pivot("capture") { CapturePayment(order: $0.order) }
        }
    }

    /// The same with a state that knows more.
    struct LaterPair: Saga {
        static let name: SagaName = "pair"
        static let version = 1
        struct State: Codable, Sendable { var order: String, country: String }
        static var plan: some Plan<State> {
            parallel("both") {
                child("left", CloseOrder.self, id: { "l-\($0.order)" }) { OrderState(order: $0.order) }
                    .compensate { VoidPayment(order: $0.order, authorization: $1?.reservation) }
                child("right", CloseOrder.self, id: { "r-\($0.order)" }) { OrderState(order: $0.order) }
                    .compensate { VoidPayment(order: $0.order, authorization: $1?.reservation) }
                call("reserve") { ReserveStock(order: $0.order) }
                    .compensate { ReleaseStock(order: $0.order, reservation: $1?.reservation) }
            }
            pivot("capture") { CapturePayment(order: $0.order) }
        }
    }

    /// A child of the same name with another plan.
    struct LaterClose: Saga {
        static let name: SagaName = "order.close"
        static let version = 2
        typealias State = OrderState
        static var plan: some Plan<State> { pivot("capture") { CapturePayment(order: $0.order) } }
    }

    struct Behind: Saga {
        static let name: SagaName = "behind"
        static let version = 1
        typealias State = OrderState
        static var plan: some Plan<State> {
            pivot("capture") { CapturePayment(order: $0.order) }
            child("close", CloseOrder.self, id: { "close-\($0.order)" }) { $0 }.retriable()
        }
    }

    /// Starts a `Pair` whose children are at their pivots.
    private func pair(_ world: World) async throws {
        try await world.coordinator.start(Pair.self, id: "p-1", state: .init(order: "1"))
        for child in ["l-1", "r-1"] as [SagaID] { try await world.answer(child) }
    }

    private func statuses(_ world: World, _ id: SagaID = "p-1") async throws -> [StepStatus] {
        try await world.instance(id).steps.map(\.status)
    }

    // MARK: Strangers

    @Test(arguments: StoreKind.allCases) func aSagaThatIsNotItsChildIsNotTurnedBack(_ kind: StoreKind) async throws {
        try await World.on(kind, Behind.self, Pair.self, CloseOrder.self) { world in
            try await world.coordinator.start(CloseOrder.self, id: "close-1", state: .init(order: "1"))
            try await world.coordinator.start(Behind.self, id: "b-1", state: .init(order: "1"))
            try await world.answer("b-1")
            #expect(try await world.record("b-1").status == .parked)
            let stranger = try await world.record("close-1")
            try await world.coordinator.skip("b-1", by: "ada", because: "it is closed elsewhere")
            #expect(try await world.record("b-1").status == .completed)

            try await world.coordinator.start(CloseOrder.self, id: "r-1", state: .init(order: "1"))
            let other = try await world.record("r-1")
            let parent = try await world.coordinator.start(Pair.self, id: "p-1", state: .init(order: "1"))
            // The record is that of the saga as it stands.
            #expect(parent.status == .parked && parent.step == "right")
            try await world.coordinator.cancel("p-1", at: "left", by: "ada")
            #expect(try await world.instance("l-1").turningBack != nil)
            #expect(try await world.record("close-1") == stranger)
            #expect(try await world.record("r-1") == other)
        }
    }

    // MARK: Ends that were lost

    @Test(arguments: StoreKind.allCases) func endsWithoutAProgramForTheParentAreToldLater(_ kind: StoreKind)
        async throws
    {
        try await World.on(kind, Pair.self, CloseOrder.self) { world in
            try await pair(world)
            let alone = try world.restarted(CloseOrder.self)
            for child in ["l-1", "r-1"] as [SagaID] {
                try await alone.answer(child)
                #expect(try await alone.record(child).status == .completed)
            }
            #expect(try await alone.record("p-1").status == .parked)
            let next = try world.restarted(Pair.self, CloseOrder.self)
            try await next.coordinator.retry("p-1", by: "ada")
            #expect(try await statuses(next) == [.succeeded, .succeeded, .dispatched, .never])
            try await next.answer("p-1")
            try await next.answer("p-1")
            #expect(try await next.record("p-1").status == .completed)
        }
    }

    @Test(arguments: StoreKind.allCases) func whoTurnsBackNeedsNotReadHowAChildHasEnded(_ kind: StoreKind) async throws
    {
        try await World.on(kind, Pair.self, CloseOrder.self) { world in
            try await pair(world)
            try await world.answer("p-1", Replies.refusal)
            #expect(try await world.instance("p-1").turningBack != nil)
            // The children are at their pivots, so they are not turned back at once.
            let later = try world.restarted(LaterPair.self, CloseOrder.self)
            try await later.answer("l-1")
            #expect(try await statuses(later) == [.unknown, .dispatched, .rejected, .never])
            try await later.answer("r-1")
            let parent = try await later.record("p-1")
            #expect(parent.status == .compensating)
            // Its end needs the state, so that is left to the program that can read it.
            for _ in 0..<2 { try await world.answer("p-1", .succeeded([])) }
            #expect(try await world.record("p-1").status == .compensated)
            #expect(try await statuses(world) == [.undone, .undone, .rejected, .never])
        }
    }

    @Test(arguments: StoreKind.allCases) func aParkedParentOfAnEndedChildCanBeCancelled(_ kind: StoreKind) async throws
    {
        try await World.on(kind, Pair.self, CloseOrder.self) { world in
            try await pair(world)
            try await world.answer("p-1")
            let later = try world.restarted(LaterPair.self, CloseOrder.self)
            for child in ["l-1", "r-1"] as [SagaID] { try await later.answer(child) }
            #expect(try await later.record("p-1").status == .parked)
            try await later.coordinator.cancel("p-1", by: "ada")
            #expect(try await later.record("p-1").status == .compensating)
            #expect(try await later.keys("p-1").last == "p-1/reserve/undo")
            // Its end needs the state, so that is left to the program that can read it.
            for _ in 0..<3 { try await world.answer("p-1", .succeeded([])) }
            #expect(try await world.record("p-1").status == .compensated)
        }
    }

    @Test(arguments: StoreKind.allCases) func aChildThatCannotBeCancelledNowIsCancelledLater(
        _ kind: StoreKind
    ) async throws {
        try await World.on(kind, Pair.self, CloseOrder.self) { world in
            try await world.coordinator.start(Pair.self, id: "p-1", state: .init(order: "1"))
            try await world.answer("p-1")
            let later = try world.restarted(Pair.self, LaterClose.self)
            try await later.coordinator.cancel("p-1", by: "ada")
            #expect(try await later.instance("l-1").turningBack == nil)
            #expect(try await later.instance("p-1").wakeAt != nil)
            let next = try world.restarted(Pair.self, CloseOrder.self)
            for _ in 0..<20 where try await next.instance("p-1").wakeAt != nil { try await next.passToTimer() }
            for child in ["l-1", "r-1"] as [SagaID] {
                #expect(try await next.instance(child).turningBack?.contains("Cancelled by saga p-1") == true)
            }
        }
    }

    @Test(arguments: StoreKind.allCases) func aParentHearsOfAnEndOnce(_ kind: StoreKind) async throws {
        try await World.on(kind, Pair.self, CloseOrder.self) { world in
            try await pair(world)
            let last = try #require(try await world.sent("l-1").last)
            try await world.answer("l-1")
            let parent = try await world.record("p-1")
            let child = try await world.record("l-1")
            try await world.deliver(world.reply(to: last))
            #expect(try await world.record("l-1").revision > child.revision)
            #expect(try await world.record("p-1") == parent)
        }
    }

    // MARK: What cannot be started

    struct Endless: Saga {
        static let name: SagaName = "endless"
        static let version = 1
        struct State: Codable, Sendable { var number: Int }
        static var plan: some Plan<State> {
            child("next", Endless.self, id: { "n-\($0.number + 1)" }) { State(number: $0.number + 1) }
                .noCompensation(reason: "a test")
        }
    }

    // acceptance: 55
    @Test(arguments: StoreKind.allCases) func sagasStartSagasOnlySoDeep(_ kind: StoreKind) async throws {
        try await World.on(kind, Endless.self) { world in
            try await world.coordinator.start(Endless.self, id: "n-0", state: .init(number: 0))
            for number in 0..<16 {
                #expect(try await world.record(SagaID(validating: "n-\(number)")).status == .running)
            }
            let deepest = try await world.record("n-16")
            #expect(deepest.status == .parked)
            #expect(deepest.reason?.contains("16 sagas are above this one") == true)
            let deeper = try await world.store.read { try $0.saga("n-17") }
            #expect(deeper == nil)
            // All of them turn back together.
            try await world.coordinator.cancel("n-16", by: "ada")
            #expect(try await world.record("n-0").status == .compensated)
        }
    }

    struct Odd: Saga {
        static let name: SagaName = "odd"
        static let version = 1
        struct State: Codable, Sendable {
            var order: String
            init(order: String) { self.order = order }
            init(from decoder: any Decoder) throws { throw Readable.Problem() }
        }
        static var attributes: [SagaAttribute<State>] { [SagaAttribute("order") { $0.order }] }
        static var plan: some Plan<State> { pivot("capture") { CapturePayment(order: $0.order) } }
    }

    struct OddParent: Saga {
        static let name: SagaName = "odd-parent"
        static let version = 1
        typealias State = OrderState
        static var plan: some Plan<State> {
            child("odd", Odd.self) { Odd.State(order: $0.order) }.noCompensation(reason: "a test")
        }
    }

    @Test(arguments: StoreKind.allCases) func aChildWhoseStateDoesNotDecodeIsAnObstacle(_ kind: StoreKind) async throws
    {
        try await World.on(kind, OddParent.self, Odd.self) { world in
            let coordinator = world.coordinator
            let parent = try await world.store.write { transaction in
                try coordinator.start(OddParent.self, id: "o-1", state: .init(order: "1"), in: transaction)
            }
            #expect(parent.status == .parked && parent.reason?.contains("does not decode") == true)
            let child = try await world.store.read { try $0.saga("o-1/odd") }
            #expect(child == nil)
            try await world.coordinator.cancel("o-1", by: "ada")
            #expect(try await world.record("o-1").status == .compensated)
        }
    }
}
