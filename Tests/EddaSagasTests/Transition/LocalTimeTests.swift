import EddaCore
import EddaSagas
import Testing

/// When the time of a step in this process runs, on the pure function.
// acceptance: 53
@Suite struct LocalTimeTests {
    struct Stamped: Saga {
        static let name: SagaName = "stamped"
        static let version = 1
        typealias State = OrderState
        static var plan: some Plan<State> {
            local("stamp") { _, _, _ in }
                .timeout(.seconds(10)).retry(.exponential(attempts: 3, initial: .seconds(1)))
                .compensateLocally { _, _, _, _ in }
            pivot("capture") { CapturePayment(order: $0.order) }
        }
    }

    private static let waiting: @Sendable (SagaKey) -> LocalStanding? = { _ in .waiting }
    private static let gone: @Sendable (SagaKey) -> LocalStanding? = { _ in nil }

    private func isRunning(since began: Moment) -> @Sendable (SagaKey) -> LocalStanding? {
        { $0.direction == .forward ? .running(since: began) : nil }
    }

    /// Wakes a saga until it turns back.
    private func wakeUntilItTurnsBack(_ bench: inout Bench) throws {
        while bench.instance.status == .running {
            try bench.wake()
            try #require(bench.inputs < 1_000)
        }
    }

    // guarantees: G12
    @Test(arguments: [SagaInput.wake, .callsLost], [Duration.zero, .milliseconds(500), .seconds(600)])
    func whatWaitedInAKilledProcessHasItsWholeTime(_ input: SagaInput, _ absence: Duration) throws {
        var bench = try Bench(Stamped.self)
        bench.standing = Self.waiting
        for _ in 0..<6 { try bench.wake() }
        bench.standing = Self.gone
        let deadline = try #require(bench.record("stamp")?.forward.deadline)
        bench.pass(deadline.remaining(from: bench.now) + absence)
        try bench.give(input)
        #expect(bench.status("stamp") == .dispatched)
        #expect(bench.calls.map(\.key.text) == ["order-1/stamp", "order-1/stamp"])
        #expect(bench.calls.map(\.number) == [1, 2])
        let began = bench.now
        bench.standing = isRunning(since: began)
        try wakeUntilItTurnsBack(&bench)
        #expect(bench.now.elapsed(since: began) == .seconds(10))
        #expect(bench.abandoned.map(\.text) == ["order-1/stamp"])
    }

    /// Also when the wall clock was set meanwhile.
    @Test(arguments: [Duration.seconds(-3_600), .zero, .seconds(3_600)])
    func soItHasWhenTheMachineWasRestarted(_ jump: Duration) throws {
        var bench = try Bench(Stamped.self)
        bench.standing = Self.waiting
        try bench.wake()
        bench.standing = Self.gone
        bench.now = Moment(boot: "boot-2", uptime: 7, wall: bench.now.wall + jump)
        let began = bench.now
        try bench.give(.callsLost)
        bench.standing = isRunning(since: began)
        try wakeUntilItTurnsBack(&bench)
        #expect(bench.now.elapsed(since: began) == .seconds(10))
    }

    // guarantees: G10
    @Test func theTimeOfACallThatWasSeenGoesOnInTheNextProcess() throws {
        var bench = try Bench(Stamped.self)
        let began = bench.now
        bench.standing = isRunning(since: began)
        try bench.wake()
        #expect(bench.calls.count == 1 && bench.status("stamp") == .dispatched)
        for kills in 1...3 {
            bench.standing = Self.gone
            bench.pass(.seconds(2))
            try bench.give(.callsLost)
            #expect(bench.calls.count == 1 + kills && Set(bench.calls.map(\.key)).count == 1)
        }
        try wakeUntilItTurnsBack(&bench)
        #expect(bench.now.elapsed(since: began) == .seconds(10))
        #expect(bench.status("stamp") == .undoDispatched)
    }

    @Test func allTriesShareTheTimeAndNoneOfThemLosesAnyByWaiting() throws {
        var bench = try Bench(Stamped.self)
        bench.standing = Self.waiting
        bench.pass(.seconds(7))
        // Nobody has looked when it begins, nor before it has failed.
        let began = bench.now
        bench.standing = isRunning(since: began)
        bench.pass(.seconds(2))
        try bench.reply("stamp", Replies.passing)
        #expect(bench.record("stamp")?.forward.deadline == began.advanced(by: .seconds(10)))
        bench.standing = Self.waiting
        try bench.wake()
        let rest = try #require(bench.record("stamp")?.forward.deadline).remaining(from: bench.now)
        #expect(bench.status("stamp") == .dispatched && rest >= .seconds(7) && rest <= .seconds(8))
        // It waits, and is lost, for longer than its time.
        for _ in 0..<10 { try bench.wake() }
        bench.standing = Self.gone
        bench.pass(.seconds(9))
        try bench.give(.callsLost)
        #expect(bench.record("stamp")?.forward.deadline == bench.now.advanced(by: rest))
        let again = bench.now
        bench.standing = isRunning(since: again)
        try wakeUntilItTurnsBack(&bench)
        #expect(bench.now.elapsed(since: again) == rest)
    }

    /// An operator has it tried again in a process that makes no calls, while another one is making it.
    // acceptance: 48
    @Test func theTimeThatAnOperatorGaveStays() throws {
        var bench = try Bench(Stamped.self)
        try bench.reply("stamp", .succeeded(Array("{}".utf8)))
        bench.policies.undoRetry = .never
        try bench.reply("capture", Replies.refusal)
        try bench.reply("stamp", Replies.passing, undo: true)
        #expect(bench.instance.status == .parked)
        let began = bench.now
        bench.pass(.seconds(60))
        bench.isUnattended = true
        try bench.request(.retry)
        let given = bench.now.advanced(by: bench.policies.undoPatience)
        #expect(bench.timer == bench.now && bench.record("stamp")?.undo.deadline == given)
        bench.isUnattended = false
        bench.standing = { $0.direction == .undo ? .running(since: began) : nil }
        try bench.wake()
        #expect(bench.record("stamp")?.undo.deadline == given)
    }

    /// How long it waits for the call of its own step nobody knows.
    // guarantees: G10
    @Test func aCompensationThatWaitsForItsStepParksItsSaga() throws {
        var bench = try Bench(Stamped.self)
        bench.policies.undoPatience = .seconds(5)
        bench.standing = { $0.direction == .forward ? .brokenOff : .behind }
        try wakeUntilItTurnsBack(&bench)
        let start = bench.now
        #expect(bench.status("stamp") == .undoDispatched)
        while bench.instance.status == .compensating {
            try bench.wake()
            try #require(bench.inputs < 1_000)
        }
        #expect(bench.instance.parking == Parking(cause: .undoFailed, step: "stamp"))
        #expect(bench.now.elapsed(since: start) == .seconds(5))
    }

    @Test(arguments: [nil, .waiting, .noRoom] as [LocalStanding?])
    func aSagaWhoseCallDoesNotBeginIsNotWokenWithoutAPause(_ standing: LocalStanding?) throws {
        var bench = try Bench(Stamped.self)
        bench.standing = { _ in standing }
        for _ in 0..<60 {
            let before = bench.now
            try bench.wake()
            #expect(bench.now.elapsed(since: before) >= .milliseconds(100))
        }
        #expect(bench.status("stamp") == .dispatched && bench.abandoned.isEmpty)
    }
}
