import EddaCore
import EddaSagas
import Testing

/// Pauses, signals and deadlines, on the pure function.
@Suite struct WaitTests {
    struct Patient: Saga {
        static let name: SagaName = "patient"
        static let version = 1
        typealias State = OrderState
        static var plan: some Plan<State> {
            call("reserve") { ReserveStock(order: $0.order) }
                .compensate { ReleaseStock(order: $0.order, reservation: $1?.reservation) }
            sleep("cool-off") { .seconds($0.cents / 100) }
            awaitSignal("approval", Approval.self, timeout: .seconds(3_600)) { $0.authorization = $1.by }
            pivot("capture") { CapturePayment(order: $0.order) }
            awaitSignal("rating", Approval.self, timeout: .seconds(60)) { $0.reservation = $1.by }
                .onTimeout { $0.reservation = "nobody" }
            awaitSignal("farewell", Approval.self) { $0.tracking = $1.by }
        }
    }

    private let approval = #"{"by":"ada"}"#

    private func atApproval() throws -> Bench {
        var bench = try Bench(Patient.self)
        try bench.succeed("reserve")
        try bench.wake()
        return bench
    }

    @Test func aPauseLastsAsLongAsTheStateSays() throws {
        var bench = try Bench(Patient.self)
        try bench.succeed("reserve")
        #expect(bench.timer?.remaining(from: bench.now) == .seconds(42))
        bench.pass(.seconds(41))
        try bench.give(.wake)
        #expect(bench.status("cool-off") == .dispatched)
        // Also when nobody looked when it was over.
        bench.pass(.seconds(9_000))
        try bench.give(.wake)
        #expect(bench.status("cool-off") == .succeeded)
        #expect(bench.status("approval") == .dispatched)
        #expect(bench.sent.count == 1)
    }

    @Test func aSignalSetsTheSagaGoingAndItsRepetitionChangesNothing() throws {
        var bench = try atApproval()
        try bench.signal("approval", approval, key: "click-1")
        #expect(bench.status("capture") == .dispatched)
        #expect(try bench.state(OrderState.self).authorization == "ada")
        let told = bench.history.count
        try bench.signal("approval", #"{"by":"bob"}"#, key: "click-1")
        #expect(bench.history.count == told)
        try bench.signal("approval", #"{"by":"bob"}"#, key: "click-2")
        try bench.signal("approval", #"{"by":"bob"}"#)
        #expect(bench.history.count == told + 1 && bench.happenings.last == "signal.ignored")
        #expect(try bench.state(OrderState.self).authorization == "ada")
    }

    @Test func aSignalThatComesEarlyIsKept() throws {
        var bench = try Bench(Patient.self)
        try bench.signal("approval", approval, key: "click-1")
        try bench.signal("approval", approval, key: "click-1")
        try bench.signal("approval", #"{"by":"bob"}"#, key: "click-2")
        try bench.signal("farewell", approval)
        #expect(bench.happenings.filter { $0 == "signal.kept" }.count == 2)
        let codec = JSONCodec()
        #expect(try codec.decode(SagaInstance.self, from: codec.encode(bench.instance)) == bench.instance)
        try bench.succeed("reserve")
        try bench.wake()
        #expect(bench.status("approval") == .succeeded && bench.status("capture") == .dispatched)
        #expect(try bench.state(OrderState.self).authorization == "ada")
        let before = bench.instance.steps
        try bench.signal("approval", approval, key: "click-1")  // Absorbed, although it was taken long ago.
        #expect(bench.instance.steps == before)
        try bench.succeed("capture")
        try bench.signal("rating", #"{"by":"eve"}"#)
        #expect(bench.instance.status == .completed)
        #expect(try bench.state(OrderState.self).reservation == "eve")
    }

    // guarantees: G14
    @Test func whatIsNoSignalIsRefusedByName() throws {
        var bench = try Bench(Patient.self)
        let before = bench.instance
        let error = #expect(throws: SagaError.self) { try bench.signal("approval", #"{"from":"ada"}"#) }
        #expect(error?.code == .unreadableSignal)
        #expect(error?.description.contains("\"by\" is missing") == true)
        for step in ["reserve", "approval[1]", "nowhere"] as [StepID] {
            let unknown = #expect(throws: SagaError.self) { try bench.signal(step, approval) }
            #expect(unknown?.code == .unknownStep)
            #expect(unknown?.description.contains("approval, rating, farewell") == true)
        }
        #expect(bench.instance == before)
    }

    @Test func withoutASignalInTimeTheSagaTurnsBack() throws {
        var bench = try atApproval()
        let start = bench.now
        while bench.instance.status == .running { try bench.wake() }
        #expect(bench.now.elapsed(since: start) == .seconds(3_600))
        #expect(
            bench.instance.reason?.contains("Step approval has waited in vain: no signal came within 3600 s") == true
        )
        try bench.signal("approval", approval)
        #expect(bench.undone == ["reserve"])
        try bench.answer()
        #expect(bench.instance.status == .compensated)
        #expect(bench.status("approval") == .failed && bench.status("cool-off") == .skipped)
    }

    @Test func behindThePivotItGoesOnWithoutTheSignal() throws {
        var bench = try atApproval()
        try bench.signal("approval", approval)
        try bench.succeed("capture")
        try bench.wake()
        #expect(bench.status("rating") == .skipped)
        #expect(bench.record("rating")?.forward.deadline == nil)
        #expect(try bench.state(OrderState.self).reservation == "nobody")
        #expect(bench.status("farewell") == .dispatched && bench.timer == nil)
        try bench.signal("rating", approval)
        #expect(bench.instance.status == .running)
        // An operator can end a wait.
        try bench.request(.resolve(reply: Array(approval.utf8)), at: "farewell")
        #expect(bench.instance.status == .completed)
        #expect(try bench.state(OrderState.self).tracking == "ada")
    }

    // acceptance: 49
    @Test func aSagaThatOnlyWaitsTurnsBackAtOnce() throws {
        var bench = try atApproval()
        try bench.request(.cancel)
        #expect(bench.status("approval") == .skipped)
        #expect(bench.undone == ["reserve"])
        var pausing = try Bench(Patient.self)
        try pausing.succeed("reserve")
        try pausing.request(.cancel)
        #expect(pausing.instance.status == .compensating)
    }

    @Test func aSignalReachesAParkedSaga() throws {
        var bench = try Bench(Everything.self)
        try bench.reply("reserve", .succeeded(Array("nonsense".utf8)))
        #expect(bench.instance.status == .parked)
        try bench.signal("approval", approval)
        #expect(bench.instance.status == .parked && bench.status("approval") == .succeeded)
        try bench.request(.retry)
        try bench.succeed("reserve")
        #expect(bench.status("capture") == .dispatched)
        #expect(try bench.state(OrderState.self).authorization == "ada")
    }

    struct Everything: Saga {
        static let name: SagaName = "everything"
        static let version = 1
        static let deadline: Duration? = .seconds(600)
        typealias State = OrderState
        static var plan: some Plan<State> {
            parallel("all") {
                call("reserve") { ReserveStock(order: $0.order) }
                    .timeout(.seconds(3_600))
                    .compensate { ReleaseStock(order: $0.order, reservation: $1?.reservation) }
                awaitSignal("approval", Approval.self) { $0.authorization = $1.by }
            }
            pivot("capture") { CapturePayment(order: $0.order) }.timeout(.seconds(3_600))
            retriable("ship") { CreateShipment(order: $0.order) }
        }
    }

    // guarantees: G10
    @Test func pastItsDeadlineASagaTurnsBackAsLongAsItCan() throws {
        var bench = try Bench(Everything.self)
        try bench.succeed("reserve")
        #expect(bench.timer?.remaining(from: bench.now) == .seconds(600))
        try bench.wake()
        #expect(bench.undone == ["reserve"])
        #expect(bench.instance.reason == "It has not ended within its deadline of 600 s.")
        // The way back may take as long again, then it is told.
        let turned = bench.now
        while !bench.happenings.contains("saga.overdue") { try bench.wake() }
        #expect(bench.now.elapsed(since: turned) == .seconds(600))
        try bench.answer()
        #expect(bench.instance.status == .compensated)
    }

    // guarantees: G10
    @Test func behindThePivotItIsOverdueOnceAndGoesOn() throws {
        var bench = try Bench(Everything.self)
        try bench.succeed("reserve")
        try bench.signal("approval", approval)
        try bench.succeed("capture")
        while bench.now.elapsed(since: bench.instance.startedAt) < .seconds(5_000) { try bench.wake() }
        #expect(bench.happenings.filter { $0 == "saga.overdue" }.count == 1)
        #expect(bench.instance.overdueSince != nil && bench.instance.status == .running)
        try bench.succeed("ship")
        #expect(bench.instance.status == .completed)
    }

    // acceptance: 50; guarantees: G10
    @Test func aPivotUnderWayDecidesAlsoAtTheDeadline() throws {
        var bench = try Bench(Everything.self)
        try bench.succeed("reserve")
        try bench.signal("approval", approval)
        while bench.instance.turningBack == nil { try bench.wake() }
        #expect(bench.undone.isEmpty)
        try bench.succeed("capture")
        #expect(
            bench.happenings.suffix(4) == [
                "step.succeeded", "turning-back.overruled", "saga.overdue", "step.dispatched",
            ]
        )
        try bench.succeed("ship")
        #expect(bench.instance.status == .completed)
    }
}
