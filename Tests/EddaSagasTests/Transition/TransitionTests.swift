import EddaCore
import EddaSagas
import Testing

@Suite struct TransitionTests {
    private func undo<C: Command>(_ type: C.Type, in dispatch: SagaDispatch?) throws -> C {
        try JSONCodec().decode(C.self, from: try #require(dispatch).command.data.bytes)
    }

    @Test func aSagaGoesThroughItsPlanAndMergesTheReplies() throws {
        var bench = try Bench(FulfilOrder.self)
        try bench.succeed("reserve", "authorize", "capture", "ship")
        #expect(bench.instance.status == .completed)
        let state = try JSONCodec().decode(OrderState.self, from: bench.instance.state.bytes)
        #expect(state == OrderState(order: "1", reservation: "r-1", authorization: "a-1", tracking: "t-1"))
        #expect(
            bench.sent.map(\.key.text) == ["order-1/reserve", "order-1/authorize", "order-1/capture", "order-1/ship"]
        )
        #expect(
            bench.happenings == [
                "saga.started", "step.dispatched", "step.succeeded", "step.dispatched", "step.succeeded",
                "step.dispatched", "step.succeeded", "step.dispatched", "step.succeeded", "saga.completed",
            ]
        )
        #expect(bench.endings == 1)
    }

    // acceptance: 43
    @Test func aStepWhoseReplyNeverCameIsCompensatedWithNoReply() throws {
        var bench = try Bench(FulfilOrder.self)
        try bench.succeed("reserve")
        while bench.instance.status == .running { try bench.wake() }
        #expect(bench.status("authorize") == .undoDispatched)
        let blind = try #require(bench.sent.last)
        #expect(try undo(VoidPayment.self, in: blind) == VoidPayment(order: "1", authorization: nil))
        #expect(blind.compensates?.text == "order-1/authorize")
        try bench.reply("authorize", .succeeded([]), undo: true)
        let informed = try #require(bench.sent.last)
        #expect(try undo(ReleaseStock.self, in: informed) == ReleaseStock(order: "1", reservation: "r-1"))
        #expect(informed.compensates?.text == "order-1/reserve")
        #expect(informed.key.text == "order-1/reserve/undo")
        try bench.reply("reserve", .succeeded([]), undo: true)
        #expect(bench.instance.status == .compensated)
        #expect(bench.instance.reason?.contains("unknown") == true)
    }

    // acceptance: 43
    @Test func theCompensationIsOnRecordBeforeTheCommandLeaves() throws {
        var bench = try Bench(FulfilOrder.self)
        let first = try #require(bench.record("reserve")?.undo.command)
        #expect(try JSONCodec().decode(ReleaseStock.self, from: first.data.bytes).reservation == nil)
        try bench.succeed("reserve")
        let second = try #require(bench.record("reserve")?.undo.command)
        #expect(try JSONCodec().decode(ReleaseStock.self, from: second.data.bytes).reservation == "r-1")
    }

    @Test func silenceSendsTheSameCommandAgainAndSpendsNoBudget() throws {
        var bench = try Bench(FulfilOrder.self)
        for _ in 0..<4 { try bench.wake() }
        #expect(bench.instance.status == .running)
        #expect(Set(bench.sent.map(\.key.text)) == ["order-1/reserve"])
        #expect(Set(bench.sent.map(\.command)).count == 1)
        #expect(Set(bench.sent.map(\.firstSent)).count == 1)
        #expect(bench.sent.count == 5)
        #expect(bench.record("reserve")?.forward.attempts == 1)
        // Afterwards the whole budget of three tries is there.
        for failures in 1...2 {
            try bench.reply("reserve", Replies.passing)
            #expect(bench.status("reserve") == .failed)
            try bench.wake()
            #expect(bench.record("reserve")?.forward.failures == failures)
            #expect(bench.status("reserve") == .dispatched)
        }
        try bench.succeed("reserve")
        #expect(bench.status("authorize") == .dispatched)
    }

    @Test func pausesOfSilenceGrowToTheirCap() throws {
        var bench = try Bench(FulfilOrder.self)
        try bench.succeed("reserve", "authorize", "capture")
        var pauses: [Duration] = []
        for _ in 0..<20 {
            let before = bench.now
            try bench.wake()
            pauses.append(bench.now.elapsed(since: before))
        }
        #expect(pauses.allSatisfy { $0 >= .milliseconds(500) && $0 <= .seconds(30) })
        #expect(pauses[0] <= .seconds(1))
        #expect(pauses[10...].allSatisfy { $0 >= .seconds(15) })
        #expect(bench.instance.status == .running)
    }

    // guarantees: G11
    @Test func aStepThatFailsTooOftenIsUndoneSinceADuplicateMayStillSucceed() throws {
        var bench = try Bench(FulfilOrder.self)
        try bench.succeed("reserve")
        for _ in 0..<3 {
            try bench.reply("authorize", Replies.passing)
            try bench.wake()
        }
        #expect(bench.status("authorize") == .undoDispatched)
        #expect(bench.happenings.contains("step.unknown"))
        #expect(bench.instance.reason?.contains("authorize") == true)
        #expect(bench.instance.reason?.contains("failed 3 times (busy)") == true)
        // The duplicate has been executed: what it did is undone, or about to be.
        try bench.succeed("authorize")
        try bench.reply("authorize", .succeeded([]), undo: true)
        try bench.reply("reserve", .succeeded([]), undo: true)
        #expect(bench.undone == ["authorize", "reserve"])
        #expect(bench.instance.status == .compensated)
    }

    @Test func aFailedStepIsUnknownWhileACopyOfItsCommandMayStillBeExecuted() throws {
        var bench = try Bench(FulfilOrder.self)
        try bench.wake()  // A second copy.
        for _ in 0..<3 {
            try bench.reply("reserve", Replies.passing)
            if bench.instance.status == .running { try bench.wake() }
        }
        #expect(bench.undone == ["reserve"])
        #expect(bench.happenings.contains("step.unknown"))
    }

    @Test func aSuccessAfterAllIsUndoneWhenTheSagaHasTurnedBack() throws {
        var bench = try Bench(FulfilOrder.self)
        try bench.succeed("reserve")
        try bench.reply("authorize", Replies.lasting)
        #expect(bench.undone == ["reserve"])
        try bench.succeed("authorize")
        try bench.reply("reserve", .succeeded([]), undo: true)
        #expect(bench.undone == ["reserve", "authorize"])
        try bench.reply("authorize", .succeeded([]), undo: true)
        #expect(bench.instance.status == .compensated)
        #expect(bench.instance.steps.prefix(2).allSatisfy { $0.status == .undone })
    }

    // acceptance: 50
    @Test func aPivotOfUnknownOutcomeIsAskedAgainThenParkedAndNeverCompensated() throws {
        var bench = try Bench(FulfilOrder.self)
        try bench.succeed("reserve", "authorize")
        let start = bench.now
        while bench.status("capture") == .dispatched { try bench.wake() }
        #expect(bench.status("capture") == .unknown)
        #expect(bench.now.elapsed(since: start) == .seconds(20))
        #expect(bench.instance.status == .running)
        while bench.instance.status == .running { try bench.wake() }
        #expect(bench.now.elapsed(since: start) == .seconds(40))
        #expect(bench.instance.parking == Parking(cause: .pivotUnknown, step: "capture"))
        #expect(bench.undone.isEmpty)
        #expect(Set(bench.sent.suffix(4).map(\.key.text)) == ["order-1/capture"])

        var done = bench
        try done.succeed("capture", "ship")
        #expect(done.instance.status == .completed)
        #expect(done.happenings.contains("saga.resumed"))

        var refused = bench
        try refused.reply("capture", Replies.refusal)
        #expect(refused.instance.status == .compensating)
        #expect(refused.undone == ["authorize"])

        try bench.reply("capture", Replies.passing)
        #expect(bench.instance.status == .parked)
        #expect(bench.happenings.last == "reply.ignored")
    }

    @Test func thePivotAnswersWhileItIsAskedAgain() throws {
        var bench = try Bench(FulfilOrder.self)
        try bench.succeed("reserve", "authorize")
        while bench.status("capture") == .dispatched { try bench.wake() }
        try bench.succeed("capture", "ship")
        #expect(bench.instance.status == .completed)
    }

    // acceptance: 52
    @Test func aRetriableStepFailsAThousandTimesAndNothingIsCompensated() throws {
        var bench = try Bench(FulfilOrder.self)
        try bench.succeed("reserve", "authorize", "capture")
        var longest = Duration.zero
        for _ in 0..<1_000 {
            try bench.reply("ship", Replies.passing)
            let before = bench.now
            try bench.wake()
            longest = max(longest, bench.now.elapsed(since: before))
        }
        #expect(bench.instance.status == .running)
        #expect(longest <= .seconds(30))
        #expect(longest > .seconds(20))
        #expect(bench.undone.isEmpty)
        try bench.succeed("ship")
        #expect(bench.instance.status == .completed)
    }

    @Test(arguments: [Replies.refusal, Replies.lasting])
    func aRetriableStepThatCannotBeDoneParks(_ outcome: CommandOutcome) throws {
        var bench = try Bench(FulfilOrder.self)
        try bench.succeed("reserve", "authorize", "capture")
        try bench.reply("ship", outcome)
        #expect(bench.instance.status == .parked)
        #expect(bench.instance.parking?.step == "ship")
        #expect(bench.undone.isEmpty)
    }

    // acceptance: 38
    @Test func repliesThatDoNotFitChangeNothingButTheCount() throws {
        var bench = try Bench(FulfilOrder.self)
        try bench.reply("capture", .succeeded(Array("{}".utf8)))  // Before its command has left.
        #expect(bench.status("capture") == .never)
        #expect(bench.happenings.last == "reply.ignored")
        try bench.succeed("reserve")
        let settled = bench.instance
        let told = bench.history.count
        for _ in 0..<50 { try bench.succeed("reserve") }  // Duplicates of the answer that settled it.
        #expect(bench.instance.ignoredReplies == 51)
        #expect(bench.instance.steps == settled.steps)
        #expect(bench.history.count == told)
        try bench.reply("reserve", Replies.refusal)  // Another answer than before.
        try bench.reply("reserve", Replies.refusal)
        #expect(bench.history.count == told + 1)
        try bench.succeed("authorize", "capture", "ship")
        let ended = bench.instance.status
        try bench.succeed("ship")
        try bench.reply("ship", Replies.refusal)
        #expect(bench.instance.status == ended)
        #expect(bench.endings == 1)
    }

    @Test func aDuplicateOfAFailureSpendsTheBudgetOnce() throws {
        var bench = try Bench(FulfilOrder.self)
        try bench.reply("reserve", Replies.passing, messageID: "m-1")
        try bench.wake()
        try bench.reply("reserve", Replies.passing, messageID: "m-1")
        #expect(bench.status("reserve") == .dispatched)
        #expect(bench.record("reserve")?.forward.failures == 1)
        #expect(bench.instance.ignoredReplies == 1)
    }

    // acceptance: 53
    @Test(arguments: [Duration.seconds(3_600), .seconds(-3_600)])
    func aJumpOfTheWallClockTimesNothingOut(_ jump: Duration) throws {
        var bench = try Bench(FulfilOrder.self)
        let start = bench.now
        bench.now = Moment(boot: bench.now.boot, uptime: bench.now.uptime + 1, wall: bench.now.wall + jump)
        try bench.give(.wake)
        #expect(bench.sent.count == 1)
        #expect(bench.status("reserve") == .dispatched)
        while bench.instance.status == .running { try bench.wake() }
        #expect(bench.now.uptime - start.uptime == 30_000_000_000)
        #expect(bench.instance.status == .compensating)
    }

    // acceptance: 53
    @Test func acrossARebootTheWallClockCounts() throws {
        var bench = try Bench(FulfilOrder.self)
        bench.now = Moment(boot: "boot-2", uptime: 5, wall: bench.now.wall + .seconds(29))
        try bench.give(.wake)
        #expect(bench.status("reserve") == .dispatched)
        #expect(bench.sent.count == 2)
        bench.now = Moment(boot: "boot-3", uptime: 5, wall: bench.now.wall + .seconds(1))
        try bench.give(.wake)
        #expect(bench.instance.status == .compensating)
    }

    @Test func anEarlyWakeOnlySetsTheTimerAgain() throws {
        var bench = try Bench(FulfilOrder.self)
        let before = bench.instance
        let timer = bench.timer
        try bench.give(.wake)
        #expect(bench.instance == before)
        #expect(bench.timer == timer)
        #expect(bench.sent.count == 1)
    }

    @Test func aReplyThatDoesNotDecodeParks() throws {
        var bench = try Bench(FulfilOrder.self)
        try bench.reply("reserve", .succeeded(Array("{}".utf8)))
        #expect(bench.instance.parking == Parking(cause: .unreadable, step: "reserve"))
        #expect(bench.instance.reason?.contains("reserve") == true)
    }

    @Test func anOwnerWhoRefusesTheEndParksTheSaga() throws {
        var bench = try Bench(FulfilOrder.self)
        try bench.succeed("reserve", "authorize", "capture")
        let key = SagaKey(saga: "order-1", step: "ship", direction: .forward)
        let reply = SagaReply(key: key, outcome: Replies.success("ship"), messageID: "last")
        try bench.give(.reply(reply), refusal: "the books are closed")
        #expect(bench.status("ship") == .succeeded)
        #expect(bench.instance.parking?.cause == .endingRefused)
        #expect(bench.instance.reason?.contains("the books are closed") == true)
        #expect(bench.endings == 0)
    }

    @Test func theSameInputsGiveTheSameEffects() throws {
        var first = try Bench(FulfilOrder.self)
        var second = try Bench(FulfilOrder.self)
        for _ in 0..<3 {
            try first.wake()
            try second.wake()
            try first.reply("reserve", Replies.passing)
            try second.reply("reserve", Replies.passing)
        }
        #expect(first.instance == second.instance)
        #expect(first.sent == second.sent)
        #expect(first.timer == second.timer)
        let other = try Bench(FulfilOrder.self, id: "order-2")
        #expect(try Bench(FulfilOrder.self).timer != other.timer)  // Different sagas do not move in step.
    }
}
