import EddaCore
import EddaSagas
import EddaTesting
import Testing

/// Before a saga turns back over a pivot that has failed, its command is withdrawn: no late copy of it is executed.
// acceptance: 50; guarantees: G11
@Suite struct WithdrawalTests {
    /// A saga whose pivot has failed as often as it may.
    private func givenUp() throws -> Bench {
        var bench = try Bench(FulfilOrder.self)
        try bench.succeed("reserve", "authorize")
        for failures in 1...3 {
            try bench.reply("capture", Replies.passing)
            if failures < 3 { try bench.wake() }
        }
        return bench
    }

    @Test func aPivotThatFailsTooOftenIsWithdrawnBeforeTheSagaTurnsBack() throws {
        var bench = try givenUp()
        #expect(bench.instance.status == .running && bench.status("capture") == .dispatched)
        #expect(bench.undone.isEmpty)
        let (first, last) = try (#require(bench.sent.dropFirst(2).first), #require(bench.sent.last))
        #expect(!first.isWithdrawal && last.isWithdrawal)
        #expect(last.command == first.command && last.key == first.key && last.firstSent == first.firstSent)
        #expect(bench.record("capture")?.forward.attempts == 3)
        #expect(bench.instance.reason?.contains("as soon as step capture has an outcome") == true)

        try bench.answer(Replies.withdrawn)
        #expect(bench.status("capture") == .failed && bench.undone == ["authorize"])
        #expect(bench.instance.reason == "Step capture failed 3 times: busy")
        let told = ["step.withdrawal-sent", "step.withdrawn", "compensation.began"]
        #expect(bench.happenings.filter(told.contains) == told)
        let sending = bench.history.first { $0 is StepWithdrawalSent }
        #expect(sending?.line.reason == "Step capture failed 3 times: busy")
        // Once more changes nothing, and is not worth a line.
        let count = bench.history.count
        try bench.reply("capture", Replies.withdrawn)
        #expect(bench.history.count == count)
        try bench.reply("authorize", .succeeded([]), undo: true)
        try bench.reply("reserve", .succeeded([]), undo: true)
        #expect(bench.instance.status == .compensated && bench.timer == nil)
    }

    @Test func aCopyThatWasExecutedBeforeItsWithdrawalTakesTheSagaForward() throws {
        var bench = try givenUp()
        try bench.succeed("capture")
        #expect(bench.instance.status == .running && bench.instance.reason == nil && bench.undone.isEmpty)
        #expect(bench.happenings.contains("turning-back.overruled"))
        try bench.succeed("ship")
        #expect(bench.instance.status == .completed)
    }

    /// The answer to a late copy says as much as that to the withdrawal.
    @Test(arguments: ["edda.cancelled", "edda.withdrawn"])
    func theInboxKeepsTheCommandOut(_ code: String) throws {
        var bench = try givenUp()
        try bench.reply("capture", .rejected(Rejection(code)))
        #expect(bench.happenings.contains("step.withdrawn") && !bench.happenings.contains("step.rejected"))
        #expect(bench.undone == ["authorize"])
    }

    @Test(arguments: [(Replies.refusal, StepStatus.rejected), (Replies.lasting, .failed)])
    func whatTheParticipantHasDecidedMeanwhileCounts(_ outcome: CommandOutcome, _ status: StepStatus) throws {
        var bench = try givenUp()
        try bench.reply("capture", outcome)
        #expect(bench.status("capture") == status && bench.undone == ["authorize"])
        #expect(bench.instance.reason == "Step capture failed 3 times: busy")
    }

    @Test(arguments: [Replies.refusal, Replies.lasting])
    func whatTheParticipantHasOnRecordNeedsNoWithdrawal(_ outcome: CommandOutcome) throws {
        var bench = try Bench(FulfilOrder.self)
        try bench.succeed("reserve", "authorize")
        try bench.reply("capture", outcome)
        #expect(bench.undone == ["authorize"])
        #expect(bench.sent.allSatisfy { !$0.isWithdrawal })
    }

    // guarantees: G10
    @Test func aWithdrawalWithoutAnAnswerIsRepeatedThenTheSagaParks() throws {
        var bench = try givenUp()
        let (start, before) = (bench.now, bench.sent.count)
        while bench.status("capture") == .dispatched { try bench.wake() }
        #expect(bench.now.elapsed(since: start) == .seconds(20) && bench.status("capture") == .unknown)
        while bench.instance.status == .running { try bench.wake() }
        #expect(bench.now.elapsed(since: start) == .seconds(40))
        #expect(bench.instance.parking == Parking(cause: .pivotUnknown, step: "capture"))
        #expect(bench.undone.isEmpty && bench.timer == nil)
        #expect(bench.sent.count > before + 4)

        // Whoever has it asked again does not have it executed.
        try bench.request(.retry)
        #expect(bench.status("capture") == .dispatched)
        try bench.wake()
        #expect(bench.sent.dropFirst(before - 1).allSatisfy { $0.isWithdrawal && $0.key.text == "order-1/capture" })
        while bench.instance.status == .running { try bench.wake() }
        #expect(bench.instance.parking?.cause == .pivotUnknown)
        var done = bench
        try done.succeed("capture", "ship")
        #expect(done.instance.status == .completed)
        try bench.reply("capture", Replies.withdrawn)
        #expect(bench.instance.status == .compensating && bench.undone == ["authorize"])
    }

    // guarantees: G10
    @Test func aParticipantThatCannotTellIsAskedUntilTheTimeIsOver() throws {
        var bench = try givenUp()
        let start = bench.now
        var failures = 0
        while bench.instance.status == .running {
            let pause = bench.now
            try bench.reply("capture", Replies.passing)
            failures += 1
            try #require(failures < 200)
            try bench.wake()
            if bench.instance.status == .running { #expect(bench.now.elapsed(since: pause) >= .milliseconds(400)) }
        }
        #expect(failures > 4)
        #expect(bench.now.elapsed(since: start) == .seconds(40))
        #expect(bench.instance.parking == Parking(cause: .pivotUnknown, step: "capture"))
        #expect(bench.record("capture")?.forward.attempts == 3 && bench.undone.isEmpty)
    }

    @Test func whoCancelsASagaWhosePivotIsToBeTriedAgainHasItWithdrawn() throws {
        for name in ["cancel", "compensate"] {
            var bench = try Bench(FulfilOrder.self)
            try bench.succeed("reserve", "authorize")
            try bench.reply("capture", Replies.passing)
            #expect(bench.status("capture") == .failed)
            try bench.request(Standing.verb(name, at: nil), because: "the customer called")
            #expect(bench.sent.last?.isWithdrawal == true && bench.undone.isEmpty)
            var done = bench
            try bench.answer(Replies.withdrawn)
            #expect(bench.undone == ["authorize"])
            #expect(bench.instance.reason?.contains("the customer called") == true)
            try done.succeed("capture", "ship")
            #expect(done.instance.status == .completed)
        }
    }

    /// Nobody has heard of the pivot, so it is not known to have failed either.
    @Test func whoCancelsASagaWhosePivotIsUnderWayDoesNotHaveItExecutedAnyMore() throws {
        var bench = try Bench(FulfilOrder.self)
        try bench.succeed("reserve", "authorize")
        let first = bench.sent.count
        try bench.request(.cancel, because: "the customer called")
        #expect(bench.sent.count == first && bench.status("capture") == .dispatched)
        while bench.instance.status == .running { try bench.wake() }
        #expect(bench.sent.count > first + 4 && bench.sent.dropFirst(first).allSatisfy(\.isWithdrawal))
        #expect(bench.happenings.filter { $0 == "step.withdrawal-sent" }.count == 1)
        #expect(bench.instance.parking?.cause == .pivotUnknown)
        // The command that was sent first comes through; or it never did.
        var done = bench
        try done.succeed("capture")
        #expect(done.instance.currentStep == "ship" && done.instance.turningBack == nil)
        try bench.reply("capture", Replies.withdrawn)
        #expect(bench.undone == ["authorize"])
        #expect(bench.instance.reason == "Cancelled by ada: the customer called")
    }

    @Test func aPivotOfUnknownOutcomeCanBeWithdrawnByWhoeverCancels() throws {
        var bench = try Bench(FulfilOrder.self)
        try bench.succeed("reserve", "authorize")
        while bench.instance.status == .running { try bench.wake() }
        #expect(bench.instance.parking?.cause == .pivotUnknown)
        #expect(bench.sent.allSatisfy { !$0.isWithdrawal })
        try bench.request(.cancel, because: nil)
        #expect(bench.instance.status == .running && bench.sent.last?.isWithdrawal == true && bench.undone.isEmpty)
        var silent = bench
        try bench.answer(Replies.withdrawn)
        #expect(bench.undone == ["authorize"] && bench.instance.reason == "Cancelled by ada")
        while silent.instance.status == .running { try silent.wake() }
        #expect(silent.instance.parking?.cause == .pivotUnknown && silent.undone.isEmpty)
    }

    /// Its last sending is behind when it is decided, so that only the end of the wait is left.
    // guarantees: G10
    @Test(arguments: [true, false]) func whoCancelsLateInTheSecondWaitHasThePivotWithdrawn(isAnswered: Bool) throws {
        var bench = try Bench(FulfilOrder.self)
        try bench.succeed("reserve", "authorize")
        let start = bench.now
        while bench.timer != bench.record("capture")?.forward.deadline || bench.status("capture") != .unknown {
            try bench.wake()
        }
        try bench.request(.cancel, because: "the customer called")
        #expect(bench.sent.allSatisfy { !$0.isWithdrawal })
        try bench.wake()
        #expect(bench.now.elapsed(since: start) == .seconds(40))
        #expect(bench.instance.status == .running && bench.sent.last?.isWithdrawal == true && bench.undone.isEmpty)
        if isAnswered {
            try bench.answer(Replies.withdrawn)
            #expect(bench.undone == ["authorize"])
            #expect(bench.instance.reason == "Cancelled by ada: the customer called")
            return
        }
        while bench.instance.status == .running { try bench.wake() }
        #expect(bench.now.elapsed(since: start) == .seconds(60))
        #expect(bench.instance.parking == Parking(cause: .pivotUnknown, step: "capture") && bench.timer == nil)
        #expect(bench.happenings.filter { $0 == "step.withdrawal-sent" }.count == 1)
    }

    struct Bounded: Saga {
        static let name: SagaName = "bounded-pivot"
        static let version = 1
        static let deadline: Duration? = .seconds(60)
        typealias State = OrderState
        static var plan: some Plan<State> {
            call("reserve") { ReserveStock(order: $0.order) }
                .compensate { ReleaseStock(order: $0.order, reservation: $1?.reservation) }
            pivot("capture") { CapturePayment(order: $0.order) }
                .timeout(.seconds(300))
                .retry(.exponential(attempts: nil, initial: .seconds(100), factor: 1, cap: .seconds(100)))
        }
    }

    // acceptance: 42
    @Test func aDeadlineWithdrawsAPivotThatIsToBeTriedAgain() throws {
        var bench = try Bench(Bounded.self)
        try bench.succeed("reserve")
        while bench.sent.last?.isWithdrawal == false {
            try bench.reply("capture", Replies.passing)
            try bench.wake()
            try #require(bench.inputs < 50)
        }
        #expect(bench.now.elapsed(since: bench.instance.startedAt) == .seconds(60))
        #expect(bench.undone.isEmpty)
        try bench.answer(Replies.withdrawn)
        #expect(bench.undone == ["reserve"])
        #expect(bench.instance.reason == "It has not ended within its deadline of 60 s.")
    }

    @Test func aPivotWhoseTimeIsOverWhileItWaitsIsWithdrawn() throws {
        var bench = try Bench(FulfilOrder.self)
        try bench.succeed("reserve", "authorize")
        let start = bench.now
        // It answers only every now and then, so that its tries take longer than it may.
        while bench.sent.last?.isWithdrawal == false {
            bench.pass(.milliseconds(9_700))
            try bench.give(.wake)
            if bench.status("capture") == .dispatched { try bench.reply("capture", Replies.passing) }
            try #require(bench.inputs < 50)
        }
        #expect(bench.now.elapsed(since: start) < .seconds(60))
        #expect(bench.undone.isEmpty)
    }

    @Test func anExpiredWithdrawalParksAndWhoeverKnowsThatItWasNotExecutedLetsItGoBack() throws {
        var bench = try givenUp()
        try bench.answer(Replies.late)
        #expect(bench.instance.parking == Parking(cause: .expired, step: "capture"))
        // Under a new key the participant would say that it was withdrawn, whatever has become of the old one.
        let blind = #expect(throws: SagaError.self) { try bench.request(.retry, because: nil) }
        #expect(blind?.code == .reasonMissing)
        for verb in [OperatorRequest.Verb.retry, .compensate] {
            var back = bench
            try back.request(verb, because: "the bank has no such payment")
            #expect(back.undone == ["authorize"] && !back.happenings.contains("step.withdrawn"))
            #expect(
                back.sent.filter { $0.key.step == "capture" }.count
                    == bench.sent.filter { $0.key.step == "capture" }.count
            )
            let told = back.history.last { $0 is StepFailed }?.line.reason
            #expect(told?.contains("it was not executed") == true && told?.contains("no such payment") == true)
        }
        var done = bench
        try done.request(Standing.verb("resolve", at: "capture"))
        #expect(done.instance.currentStep == "ship")
    }

    // MARK: At random

    private func play(_ seeds: ClosedRange<UInt64>, _ defect: SagaDefect? = nil) throws -> (wrong: Int, withdrawn: Int)
    {
        var (wrong, withdrawn) = (0, 0)
        for seed in seeds {
            var world = try RandomWorld(FulfilOrder.self, seed: seed)
            world.stubborn = "capture"
            world.bench.policies.defect = defect
            let hasEnded = try world.play()
            try #require(hasEnded, "seed \(seed): the saga does not come to an end")
            let saga = world.bench.instance
            let isWrong = saga.steps.contains { step in
                let (done, undone) = (world.executed[step.id] ?? 0, world.undone[step.id] ?? 0)
                switch (saga.status, step.status) {
                case (.compensated, _) where step.id == "capture": return done != 0
                case (.completed, .succeeded): return done != 1 || undone != 0
                case (_, .undone): return done > 1 || done != undone
                case (_, .skipped): return done > 1 || undone > done
                default: return done != 0
                }
            }
            if isWrong, defect == nil {
                Issue.record("seed \(seed): \(saga.status), \(world.executed), \(world.undone)")
            }
            wrong += isWrong ? 1 : 0
            if isWrong, defect != nil { break }
            withdrawn += world.bench.happenings.contains("step.withdrawn") ? 1 : 0
        }
        return (wrong, withdrawn)
    }

    @Test func noOrderThatIsUndoneIsPaidFor() throws {
        let (wrong, withdrawn) = try play(1...3_000)
        #expect(wrong == 0)
        #expect(withdrawn > 200)
        // Without the withdrawal some are.
        #expect(try play(1...3_000, .pivotTurnsBackWithoutWithdrawal).wrong > 0)
    }
}
