import EddaCore
import EddaSagas
import Testing

/// How patient a compensation is, and what it tells.
@Suite struct UndoTests {
    // acceptance: 48
    @Test func aCompensationIsRetriedOnABudgetOfItsOwn() throws {
        var bench = try Bench(FulfilOrder.self)
        bench.policies.undoRetry = .exponential(attempts: 4)
        try bench.succeed("reserve")
        try bench.reply("authorize", Replies.refusal)
        for attempt in 1...3 {
            try bench.reply("reserve", Replies.passing, undo: true)
            #expect(bench.status("reserve") == .undoFailed)
            #expect(bench.instance.status == .compensating)
            try bench.wake()
            #expect(bench.record("reserve")?.undo.attempts == attempt + 1)
        }
        var spent = bench
        try bench.reply("reserve", .succeeded([]), undo: true)
        #expect(bench.instance.status == .compensated)

        try spent.reply("reserve", Replies.passing, undo: true)
        #expect(spent.instance.status == .parked)
        #expect(spent.instance.parking == Parking(cause: .undoFailed, step: "reserve"))
        #expect(spent.instance.reason?.contains("reserve") == true)
        #expect(spent.instance.reason?.contains("busy") == true)
        #expect(spent.instance.reason?.contains("not.possible") == true)
        #expect(spent.happenings.filter { $0 == "saga.parked" }.count == 1)
        #expect(spent.timer == nil)
    }

    @Test func aRefusalOfACopyWhileTheCompensationWaitsForItsNextTryParks() throws {
        var bench = try Bench(FulfilOrder.self)
        try bench.succeed("reserve")
        try bench.reply("authorize", Replies.refusal)
        try bench.wake()
        try bench.reply("reserve", Replies.passing, undo: true)
        try bench.reply("reserve", Replies.refusal, undo: true)
        #expect(bench.instance.parking == Parking(cause: .undoFailed, step: "reserve"))
        #expect(bench.timer == nil)
    }

    // guarantees: G10
    @Test func aCompensationThatNobodyAnswersParksAndItsLateSuccessGoesOn() throws {
        var bench = try Bench(PrepareOrder.self)
        bench.policies.undoPatience = .seconds(600)
        try bench.succeed("reserve", "greet", "authorize")
        try bench.reply("reserve-again", Replies.refusal)
        let reason = bench.instance.reason
        let start = bench.now
        while bench.instance.status == .compensating { try bench.wake() }
        #expect(bench.now.elapsed(since: start) == .seconds(600))
        #expect(bench.instance.parking == Parking(cause: .undoFailed, step: "authorize"))
        #expect(bench.instance.reason?.contains("no answer to the compensation within 600 s") == true)
        #expect(bench.instance.reason?.contains("not.possible") == true)
        #expect(bench.record("authorize")?.undo.attempts == 1)
        #expect(bench.timer == nil)

        try bench.reply("authorize", Replies.passing, undo: true)
        #expect(bench.instance.status == .parked)
        try bench.reply("authorize", .succeeded([]), undo: true)
        #expect(bench.instance.status == .compensating)
        #expect(bench.instance.reason == reason)
        #expect(bench.happenings.contains("saga.resumed"))
        #expect(bench.undone == ["authorize", "reserve"])
        try bench.reply("reserve", .succeeded([]), undo: true)
        #expect(bench.instance.status == .compensated)
        #expect(bench.instance.reason == reason)
    }

    // acceptance: 64
    @Test func aCompensationTellsWhenWhatItUndoesWasFirstSent() throws {
        var bench = try Bench(FulfilOrder.self)
        let start = bench.now.wall
        bench.pass(.seconds(1))
        try bench.succeed("reserve")
        bench.pass(.seconds(1))
        try bench.reply("authorize", Replies.lasting)
        bench.pass(.seconds(1))
        try bench.wake()
        #expect(bench.sent.suffix(2).map(\.key.text) == ["order-1/reserve/undo", "order-1/reserve/undo"])
        #expect(bench.sent.suffix(2).map(\.firstSent) == [start, start])
    }

    @Test func everyTryOfACompensationHasItsOwnPatience() throws {
        var bench = try Bench(FulfilOrder.self)
        try bench.succeed("reserve")
        try bench.reply("authorize", Replies.refusal)
        let start = bench.now
        while bench.now.elapsed(since: start) < .seconds(3_000) { try bench.wake() }
        try bench.reply("reserve", Replies.passing, undo: true)
        try bench.wake()
        #expect(bench.status("reserve") == .undoDispatched)
        #expect(bench.record("reserve")?.undo.deadline == bench.now.advanced(by: .seconds(3_600)))
    }
}
