import EddaCore
import EddaSagas
import Testing

/// Steps in this process and children, on the pure function.
@Suite struct LocalAndChildTests {
    private func bench(cents: Int = 4_200) throws -> Bench {
        var bench = try Bench(EveryWord.self, state: .init(cents: cents), services: Desk())
        try bench.reply("authorize", Replies.everyWord("authorize"))
        for step in ["apples", "pears%2Fgreen", "plums"] {
            try bench.reply(StepID(validating: "reserve[\(step)]"), Replies.everyWord("reserve[a]"))
        }
        return bench
    }

    private func atChild() throws -> Bench {
        var bench = try bench()
        try bench.reply("label", Replies.everyWord("label"))
        try bench.wake()
        return bench
    }

    @Test func everyWordIsGoneThroughWithATransitionForEachStep() throws {
        var bench = try atChild()
        try bench.reply("pack", Replies.everyWord("pack"))
        try bench.reply("capture", Replies.everyWord("capture"))
        try bench.reply("mail", .succeeded(Array("{}".utf8)))
        bench.pass(.seconds(1))
        try bench.give(.wake)
        try bench.reply("bill", .succeeded(Array("{}".utf8)))
        try bench.reply("ship", Replies.everyWord("ship"))
        #expect(bench.instance.status == .completed)
        let state = try bench.state(EveryWord.State.self)
        #expect(state.label == "label of 1" && state.box == "b-1" && state.tracking == "t-1")
        #expect(state.reservations == ["apples": "r-1", "pears/green": "r-1", "plums": "r-1"])
        let done = bench.instance.steps.filter { $0.status == .succeeded }.count
        #expect(bench.inputs == done + 1 && done == 12)
        #expect(bench.status("approval") == .skipped)
    }

    @Test func whatIsDoneHereIsRepeatedWithTheSameKeyAndTheSameState() throws {
        var bench = try bench()
        let first = try #require(bench.calls.first)
        #expect(first.key.text == "order-1/label" && first.number == 1)
        try bench.wake()
        let second = try #require(bench.calls.last)
        #expect(second.key == first.key && second.state == first.state && second.number == 2)
        #expect(bench.sent.allSatisfy { $0.key.step != "label" })
        try bench.reply("label", Replies.passing)
        #expect(bench.status("label") == .failed)
        try bench.wake()
        #expect(bench.calls.last?.number == 3)
        try bench.reply("label", Replies.everyWord("label"))
        #expect(bench.status("cool-off") == .dispatched)
    }

    // guarantees: G11
    @Test func whatWasDoneHereIsUndoneHereWithItsResult() throws {
        var bench = try atChild()
        try bench.reply("pack", Replies.refusal)
        let undo = try #require(bench.calls.last)
        #expect(undo.key.text == "order-1/label/undo")
        #expect(undo.reply.map { String(decoding: $0.bytes, as: UTF8.self) } == #""label of 1""#)
        try bench.reply("label", Replies.passing, undo: true)
        try bench.wake()
        #expect(bench.calls.last?.number == 2)
        try bench.reply("label", .succeeded([]), undo: true)
        #expect(bench.sent.last?.key.text == "order-1/reserve[plums]/undo")
        for _ in 0..<4 { try bench.answer() }
        #expect(bench.instance.status == .compensated)
    }

    // acceptance: 43
    @Test func withoutAResultInTimeItIsAbandonedAndUndoneBlindly() throws {
        var bench = try bench()
        let began = bench.now
        bench.standing = { $0.direction == .forward ? .running(since: began) : nil }
        while bench.instance.status == .running { try bench.wake() }
        #expect(bench.abandoned.map(\.text) == ["order-1/label"])
        #expect(bench.calls.last?.key.text == "order-1/label/undo" && bench.calls.last?.reply == nil)
    }

    @Test func withoutAnybodyToDoItItIsPutOffUntilTheTimer() throws {
        let schema = SchemaRegistry()
        let program = try SagaProgram.compile(LocalOnly.self, schema: schema)
        let now = Moment(boot: "b", uptime: 5, wall: Timestamp(microseconds: 7))
        let state = try schema.encode(OrderState(order: "1"))
        var saga = SagaInstance(id: "s", state: state, correlationID: nil, program: program, now: now)
        let policies = SagaPolicies()
        let started = try saga.apply(.started, at: now, program: program, policies: policies, isUnattended: true)
        #expect(!started.contains { if case .perform = $0 { true } else { false } })
        #expect(saga.wakeAt == now)
        let woken = try saga.apply(.wake, at: now, program: program, policies: policies)
        #expect(woken.contains { if case .perform(let call) = $0 { call.number == 1 } else { false } })
        #expect(saga.steps[0].forward.sends == 1)
    }

    // acceptance: 53
    @Test(arguments: [Duration.milliseconds(500), .milliseconds(1_500), .seconds(600)])
    func theTimeWithoutAnybodyToDoItDoesNotCount(_ absence: Duration) throws {
        let schema = SchemaRegistry()
        let program = try SagaProgram.compile(Brief.self, schema: schema)
        var now = Moment(boot: "b", uptime: 5, wall: Timestamp(microseconds: 7))
        let state = try schema.encode(OrderState(order: "1"))
        var saga = SagaInstance(id: "s", state: state, correlationID: nil, program: program, now: now)
        let policies = SagaPolicies()
        _ = try saga.apply(.started, at: now, program: program, policies: policies, isUnattended: true)
        let began = now.advanced(by: absence)
        let woken = try saga.apply(.wake, at: began, program: program, policies: policies)
        #expect(woken.contains { if case .perform(let call) = $0 { call.number == 1 } else { false } })
        #expect(saga.steps[0].forward.firstSentAt == began)
        var wakes = 0
        while saga.steps[0].status == .dispatched, now.elapsed(since: began) < .seconds(60) {
            wakes += 1
            try #require(wakes < 100, "The step was given \(wakes) wakes, and none of them was its deadline.")
            now = try #require(saga.wakeAt, "The saga has lost its timer.")
            _ = try saga.apply(
                .wake,
                at: now,
                program: program,
                policies: policies,
                standing: { _ in .running(since: began) }
            )
        }
        #expect(now.elapsed(since: began) == .seconds(1))
    }

    // acceptance: 53
    @Test(arguments: [Duration.milliseconds(500), .milliseconds(1_500), .seconds(600)])
    func norDoesItForWhatUndoesIt(_ absence: Duration) throws {
        var bench = try Bench(Brief.self)
        bench.policies.undoPatience = .seconds(1)
        try bench.reply("only", .succeeded(Array("{}".utf8)))
        bench.isUnattended = true
        try bench.reply("capture", Replies.refusal)
        #expect(bench.instance.status == .compensating && bench.timer == bench.now && bench.calls.count == 1)
        bench.isUnattended = false
        bench.pass(absence)
        let began = bench.now
        try bench.wake()
        #expect(bench.calls.last?.key.text == "order-1/only/undo" && bench.calls.last?.number == 1)
        bench.standing = { _ in .running(since: began) }
        while bench.instance.status == .compensating, bench.now.elapsed(since: began) < .seconds(60) {
            try bench.wake()
        }
        #expect(bench.instance.status == .parked && bench.now.elapsed(since: began) == .seconds(1))
    }

    struct Brief: Saga {
        static let name: SagaName = "brief"
        static let version = 1
        typealias State = OrderState
        static var plan: some Plan<State> {
            local("only") { _, _, _ in }.timeout(.seconds(1)).compensateLocally { _, _, _, _ in }
            pivot("capture") { CapturePayment(order: $0.order) }
        }
    }

    struct LocalOnly: Saga {
        static let name: SagaName = "local-only"
        static let version = 1
        typealias State = OrderState
        static var plan: some Plan<State> {
            local("only") { _, _, _ in }.noCompensation(reason: "a test")
        }
    }

    // MARK: Children

    @Test func aChildIsStartedWithItsStateAndItsEndMovesItsParentOn() throws {
        var bench = try atChild()
        let start = try #require(bench.children.first)
        #expect(start.child == "order-1/pack" && start.name == "order.pack" && start.parent.text == "order-1/pack")
        #expect(String(decoding: start.state.bytes, as: UTF8.self) == #"{"order":"1"}"#)
        // It is not asked again and again: its end comes by itself.
        #expect(bench.timer == nil)
        try bench.reply("pack", Replies.everyWord("pack"))
        #expect(try bench.state(EveryWord.State.self).box == "b-1")
        try bench.reply("capture", Replies.refusal)
        let undo = try #require(bench.sent.last)
        #expect(try JSONCodec().decode(Unpack.self, from: undo.command.data.bytes) == Unpack(order: "1", box: "b-1"))
        #expect(undo.compensates == nil)
    }

    // acceptance: 49, 51
    @Test func aParentThatTurnsBackCancelsItsChildAndWaitsForItsEnd() throws {
        var bench = try atChild()
        try bench.request(.cancel)
        #expect(bench.cancelled == ["order-1/pack"])
        #expect(bench.instance.status == .running)
        try bench.request(.cancel)
        #expect(bench.cancelled.count == 1)
        var late = bench
        try bench.reply("pack", Replies.refusal)  // The child was compensated.
        #expect(bench.undone.isEmpty && bench.calls.last?.key.text == "order-1/label/undo")

        try late.reply("pack", Replies.everyWord("pack"))  // It could not be turned back any more.
        #expect(late.sent.last?.key.text == "order-1/pack/undo")
    }

    @Test func aChildThatCannotBeStartedParksItsParent() throws {
        var bench = try atChild()
        try bench.give(.obstacle(SagaObstacle(step: "pack", reason: "its id is that of another saga.")))
        #expect(bench.instance.parking == Parking(cause: .childTaken, step: "pack"))
        var again = bench
        try again.request(.retry)
        #expect(again.children.count == 2)
        try bench.request(.cancel)
        #expect(bench.instance.status == .compensating)
        #expect(bench.cancelled.isEmpty)
    }

    struct Last: Saga {
        static let name: SagaName = "last"
        static let version = 1
        typealias State = OrderState
        static var plan: some Plan<State> {
            pivot("capture") { CapturePayment(order: $0.order) }
            child("pack", PackOrder.self, id: { "pack-\($0.order)" }) { PackOrder.State(order: $0.order) }.retriable()
        }
    }

    @Test func behindThePivotACompensatedChildParksAndAnotherOneIsTried() throws {
        var bench = try Bench(Last.self)
        try bench.succeed("capture")
        #expect(bench.children.map(\.child) == ["pack-1"])
        for round in 2...3 {
            let parent = try #require(bench.children.last?.parent)
            try bench.give(.reply(SagaReply(key: parent, outcome: Replies.refusal, messageID: "end-\(round)")))
            #expect(bench.instance.parking == Parking(cause: .stepRejected, step: "pack"))
            try bench.request(.retry)
            #expect(bench.children.last?.child.rawValue == "pack-1/#\(round)")
            #expect(bench.children.last?.parent.text == "order-1/pack/#\(round)")
        }
        let parent = try #require(bench.children.last?.parent)
        try bench.give(.reply(SagaReply(key: parent, outcome: Replies.everyWord("pack"), messageID: "end")))
        #expect(bench.instance.status == .completed)
    }
}
