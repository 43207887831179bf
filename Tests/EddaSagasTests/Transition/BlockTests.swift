import EddaCore
import EddaSagas
import Testing

/// Branches, decisions and loops, on the pure function.
@Suite struct BlockTests {
    struct Hold: Saga {
        static let name: SagaName = "hold"
        static let version = 1
        typealias State = OrderState
        static var plan: some Plan<State> {
            parallel("all") {
                call("reserve") { ReserveStock(order: $0.order) }
                    .merge { $0.reservation = $1.reservation }
                    .compensate { ReleaseStock(order: $0.order, reservation: $1?.reservation) }
                call("authorize") { AuthorizePayment(order: $0.order, cents: $0.cents) }
                    .merge { $0.authorization = $1.authorization }
                    .compensate { VoidPayment(order: $0.order, authorization: $1?.authorization) }
                sequence {
                    call("greet") { GreetCustomer(order: $0.order) }.noCompensation(reason: "a greeting does no harm")
                    call("reserve-again") { ReserveStock(order: $0.order) }
                        .compensate { ReleaseStock(order: $0.order, reservation: $1?.reservation) }
                }
            }
            pivot("capture") { CapturePayment(order: $0.order) }
            parallel("after") {
                retriable("ship") { CreateShipment(order: $0.order) }.merge { $0.tracking = $1.tracking }
                retriable("bill") { SendBill(order: $0.order) }
            }
        }
    }

    @Test func branchesGoOnSideBySideAndWhatFollowsWaitsForAll() throws {
        var bench = try Bench(Hold.self)
        #expect(bench.sent.map(\.key.step) == ["reserve", "authorize", "greet"])
        try bench.succeed("greet", "authorize", "reserve")
        #expect(bench.status("capture") == .never)
        try bench.succeed("reserve-again")
        #expect(bench.status("capture") == .dispatched)
        try bench.succeed("capture", "bill", "ship")
        #expect(bench.instance.status == .completed)
        let state = try JSONCodec().decode(OrderState.self, from: bench.instance.state.bytes)
        #expect(state.reservation == "r-1" && state.authorization == "a-1" && state.tracking == "t-1")
        // A transition for each step, and one for the start.
        #expect(bench.inputs == 8)
    }

    // acceptance: 51; guarantees: G11
    @Test func siblingsAreBroughtToAnOutcomeBeforeCompensationBegins() throws {
        var bench = try Bench(Hold.self)
        try bench.succeed("reserve")
        try bench.reply("authorize", Replies.refusal)
        #expect(bench.instance.status == .running)
        #expect(bench.instance.reason?.contains("as soon as step greet has an outcome") == true)
        #expect(bench.undone.isEmpty)
        try bench.wake()  // It is asked again for its answer.
        #expect(bench.sent.last?.key.step == "greet")
        let waiting = bench

        // A late success counts, and the branch does not go on.
        try bench.succeed("greet")
        #expect(bench.status("reserve-again") == .never)
        #expect(bench.undone == ["reserve"])
        #expect(bench.status("greet") == .skipped)
        try bench.answer()
        #expect(bench.instance.status == .compensated)
        #expect(bench.instance.reason == "Step authorize was rejected: not.possible: It cannot be done.")

        // A failure is not tried again.
        var failed = waiting
        try failed.reply("greet", Replies.passing)
        #expect(failed.instance.status == .compensating)

        // Silence ends as unknown.
        var silent = waiting
        while silent.instance.status == .running { try silent.wake() }
        #expect(silent.happenings.contains("step.unknown"))
        #expect(silent.undone == ["reserve"])
    }

    // acceptance: 51; guarantees: G11
    @Test func aLateSuccessOfASiblingIsUndoneInReverseOrderOfThePlan() throws {
        var bench = try Bench(Hold.self)
        try bench.succeed("greet")
        try bench.reply("reserve-again", Replies.refusal)
        try bench.succeed("authorize")
        #expect(bench.instance.status == .running)
        try bench.succeed("reserve")
        #expect(bench.instance.status == .compensating)
        while bench.instance.status == .compensating { try bench.answer() }
        #expect(bench.undone == ["authorize", "reserve"])
        let informed = bench.sent.first { $0.key.text == "order-1/reserve/undo" }
        #expect(informed.map { String(decoding: $0.command.data.bytes, as: UTF8.self) }?.contains("r-1") == true)
    }

    @Test func aSiblingThatWaitedForAnotherTryIsGivenUp() throws {
        var bench = try Bench(Hold.self)
        try bench.succeed("greet")
        try bench.reply("reserve", Replies.passing)
        try bench.reply("reserve-again", Replies.passing)
        try bench.reply("authorize", Replies.refusal)
        #expect(bench.instance.status == .compensating)
        while bench.instance.status == .compensating { try bench.answer() }
        // A copy of their commands may still come.
        #expect(bench.undone == ["reserve-again", "reserve"])
    }

    @Test func behindThePivotARefusalParksAndTheOthersAreHeard() throws {
        var bench = try Bench(Hold.self)
        try bench.succeed("reserve", "authorize", "greet", "reserve-again", "capture")
        try bench.reply("ship", Replies.refusal)
        #expect(bench.instance.parking == Parking(cause: .stepRejected, step: "ship"))
        #expect(bench.timer == nil)
        var both = bench
        try bench.succeed("bill")
        #expect(bench.instance.status == .parked)
        #expect(bench.status("bill") == .succeeded)
        try bench.request(.retry)
        #expect(bench.sent.last?.key.text == "order-1/ship/#2")
        try bench.answer()
        #expect(bench.instance.status == .completed)

        // Both are in trouble: one after the other, or the one that the operator names.
        try both.reply("bill", Replies.lasting)
        #expect(both.instance.parking?.step == "ship")
        try both.request(.skip, because: "billed by hand", at: "bill")
        #expect(both.instance.parking == Parking(cause: .stepRejected, step: "ship"))
        #expect(throws: SagaError.self) { try both.request(.skip, at: "capture") }
        try both.request(.skip)
        #expect(both.instance.status == .completed)
        #expect(both.happenings.filter { $0 == "saga.parked" }.count == 2)
    }

    // acceptance: 49
    @Test func aCancelledSagaWaitsForAllThatIsUnderWay() throws {
        var bench = try Bench(Hold.self)
        try bench.succeed("reserve")
        try bench.request(.cancel)
        #expect(bench.instance.reason?.contains("steps authorize, greet have an outcome") == true)
        try bench.succeed("authorize", "greet")
        #expect(bench.instance.status == .compensating)
        while bench.instance.status == .compensating { try bench.answer() }
        #expect(bench.undone == ["authorize", "reserve"])
    }

    // MARK: when

    struct Choose: Saga {
        static let name: SagaName = "choose"
        static let version = 1
        typealias State = OrderState
        static var plan: some Plan<State> {
            call("authorize") { AuthorizePayment(order: $0.order, cents: $0.cents) }
                .merge { $0.cents += $1.authorization == "a-1" ? 1_000 : 0 }
                .compensate { VoidPayment(order: $0.order, authorization: $1?.authorization) }
            when("large", { $0.cents > 5_000 }) {
                call("reserve") { ReserveStock(order: $0.order) }
                    .merge { state, _ in state.cents = 0 }
                    .compensate { ReleaseStock(order: $0.order, reservation: $1?.reservation) }
                call("greet") { GreetCustomer(order: $0.order) }.noCompensation(reason: "a greeting does no harm")
            }
            .otherwise {
                call("reserve-again") { ReserveStock(order: $0.order) }
                    .compensate { ReleaseStock(order: $0.order, reservation: $1?.reservation) }
            }
            when("never", { $0.order == "nobody's" }) {
                call("reserve-once-more") { ReserveStock(order: $0.order) }.noCompensation(reason: "a test")
            }
            pivot("capture") { CapturePayment(order: $0.order) }
        }
    }

    @Test func aBranchIsChosenOnceAndTheOtherIsSkippedAndNotUndone() throws {
        var bench = try Bench(Choose.self)
        try bench.succeed("authorize")
        #expect(bench.status("reserve") == .dispatched)
        #expect(bench.status("reserve-again") == .skipped)
        // The state would choose otherwise now.
        try bench.succeed("reserve")
        #expect(bench.status("greet") == .dispatched)
        let chosen = bench.history.compactMap { $0 as? BranchChosen }
        #expect(chosen.map(\.block) == ["large"] && chosen.map(\.holds) == [true])
        try bench.succeed("greet")
        #expect(bench.status("capture") == .dispatched && bench.status("reserve-once-more") == .skipped)
        var done = bench
        try done.succeed("capture")
        #expect(done.instance.status == .completed)
        try bench.reply("capture", Replies.refusal)
        while bench.instance.status == .compensating { try bench.answer() }
        #expect(bench.undone == ["reserve", "authorize"])
        #expect(bench.instance.status == .compensated)
    }

    @Test func aDecisionSurvivesBeingStored() throws {
        var bench = try Bench(Choose.self)
        try bench.succeed("authorize")
        let codec = JSONCodec()
        let stored = try codec.decode(SagaInstance.self, from: codec.encode(bench.instance))
        #expect(stored == bench.instance)
        #expect(stored.blocks?.map(\.id) == ["large"])
    }
}
