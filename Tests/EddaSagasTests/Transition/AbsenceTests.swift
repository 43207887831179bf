import EddaCore
import EddaSagas
import Testing

/// While the coordinator is away nobody listens, so that silence proves nothing.
// acceptance: 53
@Suite struct AbsenceTests {
    @Test(arguments: [true, false])
    func aStepThatTimedOutWhileTheCoordinatorWasAwayIsAskedAgain(_ machineRestarted: Bool) throws {
        var bench = try Bench(FulfilOrder.self)
        bench.pass(.seconds(600))
        if machineRestarted { bench.now = Moment(boot: "boot-2", uptime: 7, wall: bench.now.wall) }
        let back = bench.now
        try bench.give(.wake)
        #expect(bench.status("reserve") == .dispatched)
        #expect(bench.sent.map(\.key.text) == ["order-1/reserve", "order-1/reserve"])
        #expect(bench.record("reserve")?.forward.attempts == 1)
        #expect(bench.record("reserve")?.forward.deadline == back.advanced(by: .seconds(30)))
        var silent = bench
        try bench.succeed("reserve", "authorize", "capture", "ship")
        #expect(bench.instance.status == .completed)
        #expect(bench.undone.isEmpty)

        // Now that it is there, it waits no longer than it should.
        while silent.instance.status == .running { try silent.wake() }
        #expect(silent.now.elapsed(since: back) == .seconds(30))
        #expect(silent.status("reserve") == .undoDispatched)
    }

    @Test func aPivotIsNotParkedForTheSilenceOfAnAbsence() throws {
        var bench = try Bench(FulfilOrder.self)
        try bench.succeed("reserve", "authorize")
        bench.pass(.seconds(600))
        try bench.give(.wake)
        #expect(bench.status("capture") == .dispatched)
        while bench.status("capture") == .dispatched { try bench.wake() }
        bench.pass(.seconds(600))
        try bench.give(.wake)
        #expect(bench.status("capture") == .unknown)
        #expect(bench.instance.status == .running)
        try bench.succeed("capture", "ship")
        #expect(bench.instance.status == .completed)
    }

    @Test func aFailedStepThatCouldNotBeTriedAgainIsTriedAfterTheAbsence() throws {
        var bench = try Bench(FulfilOrder.self)
        try bench.reply("reserve", Replies.passing)
        bench.pass(.seconds(600))
        try bench.give(.wake)
        #expect(bench.status("reserve") == .dispatched)
        #expect(bench.record("reserve")?.forward.attempts == 2)
        try bench.succeed("reserve", "authorize", "capture", "ship")
        #expect(bench.instance.status == .completed)
    }

    @Test func aTimerThatIsALittleLateStillTimesOut() throws {
        var bench = try Bench(FulfilOrder.self)
        while let timer = bench.timer, bench.instance.status == .running {
            bench.pass(max(.zero, timer.remaining(from: bench.now)) + .milliseconds(500))
            try bench.give(.wake)
        }
        #expect(bench.status("reserve") == .undoDispatched)
        #expect(bench.instance.reason?.contains("no answer within") == true)
    }
}
