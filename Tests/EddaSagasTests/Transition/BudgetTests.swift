import EddaCore
import EddaSagas
import Testing

/// What bounds a saga beside the budgets of its steps.
@Suite struct BudgetTests {
    struct Hasty: Saga {
        static let name: SagaName = "hasty"
        static let version = 1
        typealias State = OrderState
        static var plan: some Plan<State> {
            pivot("capture") { CapturePayment(order: $0.order) }
            retriable("ship") { CreateShipment(order: $0.order) }
                .retry(.exponential(attempts: nil, initial: .zero, cap: .zero))
        }
    }

    // guarantees: G10
    @Test func aCommandThatIsSentWithoutTimePassingParksItsSaga() throws {
        var bench = try Bench(Hasty.self)
        try bench.succeed("capture")
        while bench.instance.status == .running {
            try bench.reply("ship", Replies.passing)
            if bench.instance.status == .running { try bench.wake() }
            try #require(bench.inputs < 5_000)
        }
        #expect(bench.instance.parking == Parking(cause: .hotLoop, step: "ship"))
        #expect(
            bench.instance.reason?.contains("was sent 1000 times within 0 ms. Its retry policy needs pauses.") == true
        )
        // An operator's retry begins anew, and so does the count.
        try bench.request(.retry)
        #expect(bench.instance.status == .running)
        for _ in 0..<900 {
            try bench.reply("ship", Replies.passing)
            try bench.wake()
        }
        #expect(bench.instance.status == .running)
        // The same number of times in as much time as it needs is no hot loop.
        var slow = try Bench(Hasty.self)
        try slow.succeed("capture")
        for _ in 0..<3_000 {
            slow.pass(.milliseconds(20))
            try slow.reply("ship", Replies.passing)
            try slow.wake()
        }
        #expect(slow.instance.status == .running)
    }

    // acceptance: 52
    @Test func whoStrugglesBehindThePivotIsToldOfOnce() throws {
        var bench = try Bench(FulfilOrder.self)
        try bench.succeed("reserve", "authorize", "capture")
        for failures in 1...1_000 {
            try bench.reply("ship", Replies.passing)
            let told = bench.happenings.filter { $0 == "step.struggles" }.count
            #expect(told == (failures < 20 ? 0 : 1))
            try bench.wake()
        }
        #expect(bench.instance.status == .running && bench.undone.isEmpty)

        var silent = try Bench(FulfilOrder.self)
        try silent.succeed("reserve", "authorize", "capture")
        let start = silent.now
        while silent.history.last is StepStruggles == false { try silent.wake() }
        #expect(silent.now.elapsed(since: start) >= .seconds(3_600))
        #expect(silent.now.elapsed(since: start) <= .seconds(3_660))
        for _ in 0..<100 { try silent.wake() }
        #expect(silent.happenings.filter { $0 == "step.struggles" }.count == 1)
    }

    // acceptance: 55
    @Test(arguments: [
        (#"{"cents":1}"#, #"the key "order" is missing"#),
        (#"{"cents":"1","order":"1"}"#, "there is something else than a Int at cents"),
        ("nonsense", "unreadable"),
    ])
    func aStateThatNoLongerDecodesParksAndSaysWhatDiffers(_ state: String, _ difference: String) throws {
        let schema = SchemaRegistry()
        let program = try SagaProgram.compile(FulfilOrder.self, schema: schema)
        let now = Moment(boot: "b", uptime: 5, wall: Timestamp(microseconds: 7))
        var saga = SagaInstance(id: "s", state: Array(state.utf8), correlationID: nil, program: program, now: now)
        _ = try saga.apply(.started, at: now, program: program, policies: SagaPolicies())
        #expect(saga.parking == Parking(cause: .unreadable, step: "reserve"))
        #expect(saga.wakeAt == nil)
        #expect(saga.reason?.contains("does not decode as OrderState") == true)
        if difference != "unreadable" { #expect(saga.reason?.contains(difference) == true, "\(saga.reason ?? "")") }
    }
}
