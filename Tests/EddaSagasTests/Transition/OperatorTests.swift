import EddaCore
import EddaSagas
import Testing

/// What the verbs mean in detail.
@Suite struct OperatorTests {
    private func parkedUndo(_ answer: CommandOutcome = Replies.lasting) throws -> Bench {
        var bench = try Bench(PrepareOrder.self)
        bench.policies.undoRetry = .exponential(attempts: 3)
        try bench.succeed("reserve", "greet", "authorize")
        try bench.answer(Replies.refusal)
        while bench.instance.status == .compensating {
            if bench.status("authorize") == .undoFailed { try bench.wake() } else { try bench.answer(answer) }
        }
        return bench
    }

    // acceptance: 48
    @Test func aRetriedCompensationHasAFreshBudgetAndParksAgainWhenThatIsSpent() throws {
        var bench = try parkedUndo(Replies.passing)
        #expect(bench.record("authorize")?.undo.failures == 3)
        #expect(bench.instance.parkedSince == bench.now.wall)
        bench.pass(.seconds(60))
        try bench.request(.retry)
        #expect(bench.instance.reason == bench.instance.turnedBackFor)
        for failures in 4...5 {
            try bench.answer(Replies.passing)
            #expect(bench.instance.status == .compensating)
            #expect(bench.record("authorize")?.undo.failures == failures)
            try bench.wake()
        }
        try bench.answer(Replies.passing)
        #expect(bench.instance.status == .parked)
        #expect(bench.instance.parkedSince == bench.now.wall)
        #expect(bench.happenings.filter { $0 == "saga.parked" }.count == 2)
        // Failures that may pass are not kept by the participant, so the key stays: one effect, however often it arrives.
        #expect(Set(bench.sent.map(\.key.text).filter { $0.hasSuffix("/undo") }) == ["order-1/authorize/undo"])
        try bench.request(.retry)
        try bench.answer()
        #expect(bench.undone == ["authorize", "reserve"])
    }

    // guarantees: G8
    @Test func whatWasAnsweredForGoodIsTriedAgainUnderAnotherKey() throws {
        var bench = try parkedUndo(Replies.refusal)
        let first = try #require(bench.sent.last)
        try bench.request(.retry)
        #expect(bench.sent.last?.key.text == "order-1/authorize/undo/#2")
        #expect(bench.sent.last?.command == first.command)
        // A copy of the old answer comes late: it is no answer to the new try.
        let late = SagaReply(key: first.key, outcome: Replies.refusal, messageID: "late")
        try bench.give(.reply(late))
        #expect(bench.instance.status == .compensating)
        #expect(bench.instance.ignoredReplies == 1)
        try bench.answer(Replies.refusal)
        #expect(bench.instance.status == .parked)
        try bench.request(.retry)
        #expect(bench.sent.last?.key.text == "order-1/authorize/undo/#3")

        var ship = try Bench(FulfilOrder.self)
        try ship.succeed("reserve", "authorize", "capture")
        try ship.answer(Replies.lasting)
        ship.pass(.seconds(86_400))
        try ship.request(.retry)
        #expect(ship.sent.last?.key.text == "order-1/ship/#2")
        // Another key, another window of the inbox.
        #expect(ship.sent.last?.firstSent == ship.now.wall)
    }

    /// A participant keeps no failure of what names the command that it undoes, so the key stays.
    @Test func aCompensationThatFailedForGoodKeepsItsKey() throws {
        var bench = try Bench(FulfilOrder.self)
        try bench.succeed("reserve")
        try bench.answer(Replies.refusal)
        try bench.answer(Replies.lasting)
        #expect(bench.instance.status == .parked)
        try bench.request(.retry)
        #expect(bench.sent.last?.key.text == "order-1/reserve/undo")
        #expect(bench.sent.last?.compensates?.text == "order-1/reserve")
    }

    @Test func aSkippedCompensationNamesWhoAndWhyAndTheNextOneLeaves() throws {
        var bench = try parkedUndo()
        try bench.request(.skip, because: "refunded by hand")
        #expect(bench.record("authorize")?.lastError == "ada: refunded by hand")
        #expect(bench.sent.last?.key.text == "order-1/reserve/undo")
        // Its success comes after all: it is kept, and changes nothing.
        let key = SagaKey(saga: "order-1", step: "authorize", direction: .undo)
        try bench.give(.reply(SagaReply(key: key, outcome: .succeeded([]), messageID: "late")))
        #expect(bench.happenings.last == "reply.ignored")
        try bench.answer()
        #expect(bench.instance.status == .compensated)
        #expect(bench.status("authorize") == .skipped)
    }

    // guarantees: G14
    @Test func aReplyThatDoesNotDecodeIsRefusedByName() throws {
        var bench = try Bench(FulfilOrder.self)
        try bench.succeed("reserve", "authorize", "capture")
        try bench.answer(Replies.refusal)
        let before = bench
        for reply in ["{}", "nonsense", #"{"tracking":7}"#, ""] {
            let error = #expect(throws: SagaError.self) { try bench.request(.resolve(reply: Array(reply.utf8))) }
            #expect(error?.code == .unreadableReply)
            #expect(error?.description.contains("order-1 stays parked at step ship") == true)
            #expect(error?.description.contains("Reply") == true)
            #expect(bench.instance == before.instance)
        }
        try bench.request(.resolve(reply: Array(#"{"tracking":"by-hand"}"#.utf8)))
        #expect(bench.instance.status == .completed)
        let state = try JSONCodec().decode(OrderState.self, from: bench.instance.state.bytes)
        #expect(state.tracking == "by-hand")

        var undo = try parkedUndo()
        let error = #expect(throws: SagaError.self) { try undo.request(.resolve(reply: Array("oops".utf8))) }
        #expect(error?.code == .unreadableReply)
        #expect(error?.description.contains("ledger.void") == true)
    }

    @Test(arguments: [nil, "", "  \n"]) func skippingNeedsAReasonAndEveryVerbAName(_ reason: String?) throws {
        var bench = try parkedUndo()
        let before = bench.instance
        let error = #expect(throws: SagaError.self) { try bench.request(.skip, because: reason) }
        #expect(error?.code == .reasonMissing)
        let nobody = #expect(throws: SagaError.self) { try bench.request(.retry, by: reason ?? "") }
        #expect(nobody?.code == .reasonMissing)
        #expect(bench.instance == before)
    }

    /// A saga that moves may be elsewhere by the time that a decision arrives.
    @Test func aDecisionAboutAnotherStepThanTheOneItStandsAtIsRefused() throws {
        var bench = try parkedUndo()
        let error = #expect(throws: SagaError.self) { try bench.request(.skip, at: "reserve") }
        #expect(error?.code == .verbRefused)
        #expect(error?.description.contains("does not stand at step reserve") == true)
        try bench.request(.skip, at: "authorize")
        // Not parked any more: without the step's name this could hit the wrong one.
        #expect(throws: SagaError.self) { try bench.request(.skip) }
        try bench.request(.skip, at: "reserve")
        #expect(bench.instance.status == .compensated)
    }

    // acceptance: 49
    @Test func aStepUnderWayCanBeResolvedByItsNameAndSoCanACompensation() throws {
        var bench = try Bench(FulfilOrder.self)
        try bench.succeed("reserve")
        for step in ["authorize", "capture"] as [StepID] {
            guard case .succeeded(let reply) = Replies.success(step) else { continue }
            #expect(throws: SagaError.self) { try bench.request(.skip, at: step) }
            #expect(throws: SagaError.self) { try bench.request(.retry, at: step) }
            try bench.request(.resolve(reply: reply), at: step)
            #expect(bench.status(step) == .succeeded)
        }
        #expect(bench.instance.currentStep == "ship")

        var back = try Bench(FulfilOrder.self)
        try back.succeed("reserve")
        try back.answer(Replies.refusal)
        try back.request(.resolve(reply: Array("{}".utf8)), at: "reserve")
        #expect(back.instance.status == .compensated)
        #expect(back.status("reserve") == .undone)
    }

    /// A step behind the pivot is sent for ever; an operator can end that.
    @Test func aStepThatNobodyAnswersCanBeSkippedOrResolvedByItsName() throws {
        var bench = try Bench(FulfilOrder.self)
        try bench.succeed("reserve", "authorize", "capture")
        for _ in 0..<20 { try bench.wake() }
        #expect(bench.instance.status == .running)
        var resolved = bench
        try bench.request(.skip, at: "ship")
        #expect(bench.instance.status == .completed)
        guard case .succeeded(let reply) = Replies.success("ship") else { return }
        try resolved.request(.resolve(reply: reply), at: "ship")
        #expect(resolved.instance.status == .completed)
        #expect(resolved.status("ship") == .succeeded)
    }
}
