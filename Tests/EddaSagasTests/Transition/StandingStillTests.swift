import EddaCore
import EddaSagas
import Testing

/// What comes while a saga stands still is not lost, and what has lost its timer meanwhile is taken up again; on the pure
/// function.
// guarantees: G10, G11
@Suite struct StandingStillTests {
    private let approval = #"{"by":"ada"}"#

    // MARK: Children

    struct Shelf: Codable, Sendable, Equatable {
        var order = "1"
        var lines = ["a", "b", "c"]
        var boxes: [String: String] = [:]
        var reservation: String?
    }

    struct Boxes: Saga {
        static let name: SagaName = "boxes"
        static let version = 1
        typealias State = Shelf
        static var plan: some Plan<State> {
            parallel("all") {
                call("reserve") { ReserveStock(order: $0.order) }
                    .merge { $0.reservation = $1.reservation }
                    .compensate { ReleaseStock(order: $0.order, reservation: $1?.reservation) }
                forEach("lines", in: { $0.lines }, id: { $0 }, concurrently: 3) { each in
                    each.child("pack", PackOrder.self, id: { "pack-\($0.order)" }) { PackOrder.State(order: $0.order) }
                        .merge { $0.boxes[$0.element] = $1.box }
                        .noCompensation(reason: "a test")
                }
            }
            pivot("capture") { CapturePayment(order: $0.order) }
        }
    }

    private func obstructed() throws -> Bench {
        var bench = try Bench(Boxes.self, state: Shelf())
        #expect(bench.children.count == 3)
        for step in ["pack[b]", "pack[c]"] as [StepID] {
            try bench.give(.obstacle(SagaObstacle(step: step, reason: "its id is that of another saga.")))
        }
        #expect(bench.instance.parking == Parking(cause: .childTaken, step: "pack[b]"))
        return bench
    }

    @Test func eachChildThatCannotBeStartedIsTriedAgain() throws {
        var bench = try obstructed()
        try bench.request(.retry)
        #expect(bench.instance.parking == Parking(cause: .childTaken, step: "pack[c]"))
        try bench.request(.retry)
        #expect(bench.instance.status == .running)
        for step in ["pack[b]", "pack[c]"] as [StepID] {
            #expect(bench.children.contains { $0.parent.step == step && !$0.isAgain })
            #expect(bench.status(step) == .dispatched)
        }
    }

    @Test func ofSagasThatItCouldNotStartItTurnsNoneBack() throws {
        var bench = try obstructed()
        try bench.request(.cancel, at: "reserve")
        #expect(bench.cancelledFor == ["pack[a]"])
        #expect(bench.instance.status == .running)
        try bench.reply("pack[a]", Replies.refusal)
        #expect(bench.undone == ["reserve"])
        try bench.answer()
        #expect(bench.instance.status == .compensated)
    }

    @Test func whoGoesOnAsksForEachOfItsChildren() throws {
        var bench = try Bench(Boxes.self, state: Shelf())
        try bench.reply("reserve", Replies.late)
        #expect(bench.instance.parking == Parking(cause: .expired, step: "reserve"))
        let box = Replies.everyWord("pack")
        try bench.reply("pack[a]", .succeeded(Array("nonsense".utf8)))
        #expect(bench.status("pack[a]") == .dispatched)
        var answered = bench
        try bench.request(.retry)
        #expect(bench.children.suffix(3).map(\.parent.step) == ["pack[a]", "pack[b]", "pack[c]"])
        #expect(bench.children.suffix(3).allSatisfy { $0.isAgain })
        for step in ["pack[a]", "pack[b]", "pack[c]"] as [StepID] { try bench.reply(step, box) }
        #expect(bench.instance.steps.filter { $0.status == .succeeded }.count == 3)

        // Also when it goes on by itself, and when it turns back.
        try answered.succeed("reserve")
        #expect(answered.instance.status == .running && answered.children.count == 6)
        try answered.request(.cancel)
        #expect(answered.cancelledFor == ["pack[a]", "pack[b]", "pack[c]"])
    }

    @Test func aCancellationForWhichTheChildIsNotReadyIsRepeated() throws {
        var bench = try Bench(Boxes.self, state: Shelf())
        try bench.succeed("reserve")
        try bench.request(.cancel)
        #expect(bench.cancelledFor.count == 3 && bench.timer == nil)
        for count in 1...3 {
            try bench.give(.obstacle(SagaObstacle(.notCancelled, step: "pack[b]", reason: "another plan")))
            #expect(bench.timer != nil && bench.status("pack[b]") == .dispatched)
            try bench.wake()
            #expect(bench.cancelledFor.count == 3 + count && bench.cancelledFor.last == "pack[b]")
        }
        #expect(bench.happenings.filter { $0 == "child.cancelled" }.count == 3)
        for step in ["pack[a]", "pack[b]", "pack[c]"] as [StepID] { try bench.reply(step, Replies.refusal) }
        #expect(bench.undone == ["reserve"])
    }

    struct Prompt: Saga {
        static let name: SagaName = "prompt-parent"
        static let version = 1
        typealias State = OrderState
        static var plan: some Plan<State> {
            child("pack", PackOrder.self) { PackOrder.State(order: $0.order) }
                .noCompensation(reason: "a test")
                .timeout(.seconds(60))
            awaitSignal("approval", Approval.self, timeout: .seconds(60)) { $0.authorization = $1.by }
        }
    }

    // acceptance: 53
    @Test func theTimeOfAWaitThatRanOutUnseenBeginsAnewOnce() throws {
        var bench = try Bench(Prompt.self)
        var late = bench
        for step in ["pack", "approval"] as [StepID] {
            bench.pass(.seconds(4_000))
            try bench.give(.wake)
            #expect(bench.status(step) == .dispatched && bench.instance.turningBack == nil)
            #expect(bench.timer?.remaining(from: bench.now) == .seconds(60))
            if step == "pack" { try bench.reply(step, Replies.everyWord("pack")) }
        }
        try bench.wake()
        #expect(bench.instance.status == .compensated)
        late.pass(.seconds(4_000))
        try late.give(.wake)
        try late.wake()
        #expect(late.cancelled == ["order-1/pack"])
    }

    // MARK: Signals

    struct Slip: Codable, Sendable, Equatable {
        var order = "1"
        var approvedBy: String?
        var isLate = false
        var mood = Readable()
    }

    struct Waiting: Saga {
        static let name: SagaName = "waiting"
        static let version = 1
        typealias State = Slip
        static var plan: some Plan<State> {
            awaitSignal("approval", Approval.self) { $0.approvedBy = $1.by }
            pivot("capture") { CapturePayment(order: $0.order) }
            awaitSignal("rating", Approval.self, timeout: .seconds(60)) { $0.approvedBy = $1.by }
                .onTimeout { $0.isLate = true }
        }
    }

    @Test func aSignalWithWhichTheSagaCannotGoOnIsKept() throws {
        var bench = try Bench(Waiting.self, state: Slip())
        try Readable.$isBroken.withValue(true) { try bench.signal("approval", approval, key: "k") }
        #expect(bench.instance.parking == Parking(cause: .unreadable, step: "approval"))
        try bench.signal("approval", #"{"by":"bob"}"#, key: "k")
        try bench.signal("approval", #"{"by":"bob"}"#, key: "l")
        #expect(bench.happenings.filter { $0 == "signal.kept" }.count == 1)
        // The state is still as it was.
        try Readable.$isBroken.withValue(true) { try bench.request(.retry) }
        #expect(bench.instance.parking == Parking(cause: .unreadable, step: "approval"))
        try bench.request(.retry)
        #expect(bench.status("capture") == .dispatched && bench.instance.signals == nil)
        #expect(try bench.state(Slip.self).approvedBy == "ada")
        let before = bench.instance
        try bench.signal("approval", #"{"by":"bob"}"#, key: "k")
        #expect(bench.instance == before)
    }

    @Test func whatATimeoutChangesIsTriedAgain() throws {
        var bench = try Bench(Waiting.self, state: Slip())
        try bench.signal("approval", approval)
        try bench.succeed("capture")
        try Readable.$isBroken.withValue(true) { try bench.wake() }
        #expect(bench.instance.parking == Parking(cause: .unreadable, step: "rating"))
        try bench.request(.retry)
        #expect(bench.instance.status == .running && bench.timer != nil)
        try bench.wake()
        #expect(bench.instance.status == .completed)
        #expect(try bench.state(Slip.self).isLate)
    }

    struct Ballot: Codable, Sendable, Equatable {
        var order = "1"
        var voters = ["a", "b"]
        var isOpen = true
    }

    struct Voting: Saga {
        static let name: SagaName = "voting"
        static let version = 1
        typealias State = Ballot
        static var plan: some Plan<State> {
            call("greet") { GreetCustomer(order: $0.order) }.noCompensation(reason: "a greeting does no harm")
            when("open", { $0.isOpen }) {
                forEach("voters", in: { $0.voters }, id: { $0 }) { each in
                    each.awaitSignal("vote", Approval.self) { _, _ in }
                }
            }
            awaitSignal("close", Approval.self) { _, _ in }
        }
    }

    // guarantees: G14
    @Test func aSignalForAnElementThatWillNeverBeIsRefused() throws {
        var bench = try Bench(Voting.self, state: Ballot())
        try bench.signal("vote[typo]", approval)  // Nobody knows yet.
        #expect(bench.instance.signals?.count == 1)
        try bench.reply("greet", .succeeded(Array("{}".utf8)))
        let before = bench.instance
        let error = #expect(throws: SagaError.self) { try bench.signal("vote[other]", approval) }
        #expect(error?.code == .unknownStep && error?.description.contains("no step vote[other]") == true)
        #expect(bench.instance == before)
        try bench.signal("vote[b]", approval)
        try bench.signal("vote[a]", approval)
        #expect(bench.status("close") == .dispatched)

        var closed = try Bench(Voting.self, state: Ballot(isOpen: false))
        try closed.reply("greet", .succeeded(Array("{}".utf8)))
        try closed.signal("vote[a]", approval)
        #expect(closed.instance.signals == nil && !closed.happenings.contains("signal.kept"))
    }

    @Test func aSagaKeepsOnlySoManySignals() throws {
        var bench = try Bench(Voting.self, state: Ballot())
        var instance = bench.instance
        for number in 0..<10_000 { try bench.signal(StepID(validating: "vote[\(number)]"), approval) }
        #expect(bench.instance.signals?.count == 10_000)
        instance = bench.instance
        let error = #expect(throws: SagaError.self) { try bench.signal("vote[a]", approval) }
        #expect(error?.code == .tooManySignals)
        #expect(bench.instance == instance)
    }

    // MARK: Operators

    struct Hasty: Saga {
        static let name: SagaName = "hasty-twins"
        static let version = 1
        typealias State = OrderState
        static var plan: some Plan<State> {
            pivot("capture") { CapturePayment(order: $0.order) }
            parallel("after") {
                retriable("ship") { CreateShipment(order: $0.order) }
                    .retry(.exponential(attempts: nil, initial: .zero, cap: .zero))
                retriable("greet") { GreetCustomer(order: $0.order) }
            }
        }
    }

    @Test func aVerbAtAnotherStepLeavesNoStepWithoutATimer() throws {
        for verb in ["skip", "resolve", "retry"] {
            var bench = try Bench(Hasty.self)
            bench.policies.hotLoopSends = 20
            try bench.succeed("capture")
            while bench.instance.status == .running {
                try bench.reply("ship", Replies.passing)
                if bench.instance.status == .running { try bench.give(.wake) }
                try #require(bench.inputs < 500)
            }
            #expect(bench.instance.parking == Parking(cause: .hotLoop, step: "ship"))
            let sent = bench.sent.count
            try bench.request(Standing.verb(verb, at: "greet"), at: "greet")
            #expect(bench.instance.status == .running && bench.timer != nil, "\(verb)")
            #expect(bench.sent.dropFirst(sent).contains { $0.key.step == "ship" }, "\(verb)")
            #expect(!bench.isLeftAlone { _ in true }, "\(verb)")
        }
    }

    struct Twice: Saga {
        static let name: SagaName = "twice"
        static let version = 1
        typealias State = Shelf
        static var plan: some Plan<State> {
            pivot("capture") { CapturePayment(order: $0.order) }
            parallel("after") {
                retriable("ship") { CreateShipment(order: $0.order) }
                forEach("lines", in: { $0.lines }, id: { _ in "same" }) { each in
                    each.retriable("bill") { SendBill(order: $0.order) }
                }
            }
        }
    }

    @Test func whoeverMeansAnotherStepThanTheOneItStandsAtNamesIt() throws {
        var bench = try Bench(Twice.self, state: Shelf())
        try bench.succeed("capture")
        #expect(bench.instance.parking == Parking(cause: .elementsAmbiguous, step: "lines"))
        for verb in ["skip", "resolve"] {
            let error = #expect(throws: SagaError.self) { try bench.request(Standing.verb(verb, at: "ship")) }
            #expect(error?.code == .verbRefused)
            #expect(error?.description.contains("parked at lines") == true)
            #expect(error?.description.contains("`--step ship`") == true)
        }
        #expect(bench.status("ship") == .dispatched)
        try bench.request(.skip, at: "ship")
        #expect(bench.status("ship") == .skipped)
    }

    struct Bounded: Saga {
        static let name: SagaName = "bounded"
        static let version = 1
        static let deadline: Duration? = .seconds(600)
        typealias State = OrderState
        static var plan: some Plan<State> {
            call("reserve") { ReserveStock(order: $0.order) }
                .merge { $0.reservation = $1.reservation }
                .compensate { ReleaseStock(order: $0.order, reservation: $1?.reservation) }
            awaitSignal("approval", Approval.self) { $0.authorization = $1.by }
        }
    }

    @Test func whatAnOperatorSetsGoingPastItsDeadlineGoesOn() throws {
        var bench = try Bench(Bounded.self)
        try bench.reply("reserve", .succeeded(Array("nonsense".utf8)))
        #expect(bench.instance.status == .parked)
        bench.pass(.seconds(9_000))
        try bench.request(.resolve(reply: Array(#"{"reservation":"r-9"}"#.utf8)))
        #expect(bench.happenings.contains("saga.overdue"))
        try bench.wake()
        try bench.give(.wake)
        #expect(bench.instance.turningBack == nil && bench.status("approval") == .dispatched)
        try bench.signal("approval", approval)
        #expect(bench.instance.status == .completed)
    }

    // MARK: Ids

    @Test func anElementsIdMayBeginWithACombiningMark() throws {
        var bench = try Bench(Boxes.self, state: Shelf(lines: ["\u{301}x", "]a", "%"]))
        try bench.succeed("reserve")
        for step in bench.instance.steps.map(\.id) where step.rawValue.hasPrefix("pack") {
            try bench.reply(step, Replies.everyWord("pack"))
        }
        #expect(try bench.state(Shelf.self).boxes == ["\u{301}x": "b-1", "]a": "b-1", "%": "b-1"])
        #expect(bench.status("capture") == .dispatched)
        #expect(bench.children.allSatisfy { SagaKey($0.parent.text) == $0.parent })
    }
}
