import EddaCore
import EddaSagas
import Testing

/// Turning a saga back that runs.
@Suite struct CancellationTests {
    // acceptance: 49; guarantees: G11
    @Test func aStepUnderWayIsBroughtToAnOutcomeBeforeCompensationBegins() throws {
        var bench = try Bench(FulfilOrder.self)
        try bench.succeed("reserve")
        try bench.request(.cancel, because: "the customer called")
        #expect(bench.instance.status == .running)
        #expect(bench.instance.reason?.contains("as soon as step authorize has an outcome") == true)
        #expect(bench.instance.reason?.contains("Cancelled by ada: the customer called") == true)
        #expect(bench.undone.isEmpty)
        let waiting = bench
        // Once more is no second decision.
        try bench.request(.cancel)
        #expect(bench.instance == waiting.instance)

        var succeeds = waiting
        try succeeds.answer()
        #expect(succeeds.instance.reason == "Cancelled by ada: the customer called")
        #expect(succeeds.undone == ["authorize"])
        guard case .send(let undo)? = succeeds.sent.last.map(SagaEffect.send) else { return }
        #expect(String(decoding: undo.command.data.bytes, as: UTF8.self).contains("a-1"))

        var rejected = waiting
        try rejected.answer(Replies.refusal)
        #expect(rejected.undone == ["reserve"])
        #expect(rejected.instance.reason == "Cancelled by ada: the customer called")

        // It is not tried again; but a duplicate of its command may still come, so it is compensated too.
        var failed = waiting
        try failed.answer(Replies.passing)
        #expect(failed.status("authorize") == .undoDispatched)
        #expect(failed.sent.filter { $0.key.text == "order-1/authorize" }.count == 1)

        var unreadable = waiting
        try unreadable.answer(.succeeded([1]))
        #expect(unreadable.instance.status == .compensating)
        #expect(unreadable.status("authorize") == .undoDispatched)

        var silent = waiting
        let start = silent.now
        while silent.instance.status == .running { try silent.wake() }
        #expect(silent.now.elapsed(since: start) == .seconds(30))
        #expect(silent.status("authorize") == .undoDispatched)
        #expect(silent.happenings.contains("step.unknown"))
    }

    // acceptance: 49
    @Test func aPivotUnderWayDecidesWhetherTheSagaTurnsBack() throws {
        var bench = try Bench(FulfilOrder.self)
        try bench.succeed("reserve", "authorize")
        try bench.request(.cancel, because: "the customer called")
        var succeeds = bench
        try succeeds.answer()
        #expect(succeeds.instance.status == .running)
        #expect(succeeds.instance.reason == nil)
        #expect(succeeds.happenings.suffix(3) == ["step.succeeded", "turning-back.overruled", "step.dispatched"])
        #expect(succeeds.history.contains { $0.line.reason?.contains("the customer called") == true })

        var fails = bench
        try fails.answer(Replies.passing)
        #expect(fails.instance.status == .running && fails.sent.last?.isWithdrawal == true)
        try fails.answer(Replies.withdrawn)
        #expect(fails.instance.status == .compensating)
        #expect(fails.undone == ["authorize"])
    }

    // acceptance: 50
    @Test func aPivotOfUnknownOutcomeIsNeverTurnedBackBlindly() throws {
        var bench = try Bench(FulfilOrder.self)
        try bench.succeed("reserve", "authorize")
        try bench.request(.cancel)
        while bench.instance.status == .running { try bench.wake() }
        #expect(bench.instance.parking == Parking(cause: .pivotUnknown, step: "capture"))
        #expect(bench.undone.isEmpty)
        let parked = bench
        // To cancel it once more asks once more, and has nothing executed.
        var cancelled = bench
        try cancelled.request(.cancel)
        #expect(cancelled.instance.status == .running && cancelled.sent.last?.isWithdrawal == true)
        try cancelled.answer(Replies.withdrawn)
        #expect(cancelled.undone == ["authorize"])
        // Somebody has to answer for it, so it needs a reason.
        #expect(throws: SagaError.self) { try bench.request(.compensate, because: nil) }
        #expect(bench.instance == parked.instance)

        try bench.request(.compensate, because: "the bank has no such payment")
        #expect(bench.undone == ["authorize"])
        #expect(bench.record("capture")?.lastError?.contains("the bank has no such payment") == true)
        // The pivot was executed after all: the saga does not end as if nothing had happened.
        try bench.reply("capture", Replies.success("capture"))
        try bench.answer()
        #expect(bench.instance.status == .parked)
        #expect(bench.instance.parking == Parking(cause: .undoFailed, step: "capture"))
        #expect(bench.undone == ["authorize"])

        // The answer comes late, while the saga was to be cancelled: it goes forward.
        var late = parked
        try late.answer()
        #expect(late.instance.status == .running)
        #expect(late.happenings.contains("turning-back.overruled"))
        var asked = parked
        try asked.request(.retry)
        #expect(asked.status("capture") == .dispatched)
        #expect(asked.sent.last?.key.text == "order-1/capture")
        while asked.instance.status == .running { try asked.wake() }
        #expect(asked.instance.parking?.cause == .pivotUnknown)
    }

    /// Turned back because of a pivot that was said not to be executed, and that was.
    @Test func aPivotThatWasExecutedAfterAllCanBeSkippedOnTheWayBack() throws {
        var bench = try Bench(FulfilOrder.self)
        try bench.succeed("reserve", "authorize")
        while bench.instance.status == .running { try bench.wake() }
        try bench.request(.compensate)
        try bench.reply("capture", Replies.success("capture"))
        try bench.answer()
        #expect(bench.instance.status == .parked)
        #expect(throws: SagaError.self) { try bench.request(.resolve(reply: Array("{}".utf8))) }
        try bench.request(.skip, because: "refunded by hand")
        #expect(bench.sent.last?.key.text == "order-1/reserve/undo")
        try bench.answer()
        #expect(bench.instance.status == .compensated)
    }

    /// Nothing of the plan is left when the owner refuses the end.
    @Test func anEndThatWasRefusedIsTriedAgain() throws {
        var bench = try Bench(FulfilOrder.self)
        try bench.succeed("reserve", "authorize", "capture")
        try bench.give(
            .reply(
                SagaReply(
                    key: SagaKey(saga: "order-1", step: "ship", direction: .forward),
                    outcome: Replies.success("ship"),
                    messageID: "last"
                )
            ),
            refusal: "the books are closed"
        )
        #expect(bench.instance.parking?.cause == .endingRefused)
        for verb in [OperatorRequest.Verb.skip, .resolve(reply: []), .compensate, .cancel] {
            let error = #expect(throws: SagaError.self) { try bench.request(verb) }
            #expect(error?.code == .verbRefused)
        }
        try bench.request(.retry)
        #expect(bench.instance.status == .completed)
        #expect(bench.endings == 1)

        var back = try Bench(PrepareOrder.self)
        for step in ["reserve", "greet", "authorize"] as [StepID] { try back.succeed(step) }
        try back.give(
            .reply(
                SagaReply(
                    key: SagaKey(saga: "order-1", step: "reserve-again", direction: .forward),
                    outcome: Replies.success("reserve-again"),
                    messageID: "last"
                )
            ),
            refusal: "the books are closed"
        )
        // Without a pivot a saga whose steps are all done can still turn back.
        try back.request(.cancel)
        #expect(back.instance.status == .compensating)
        #expect(back.sent.last?.key.text == "order-1/reserve-again/undo")
    }
}
