import EddaCore
import EddaSagas
import EddaTesting
import Logging
import Testing

/// What a participant says that has forgotten what it did is neither a success nor a failure.
@Suite struct ExpiryTests {
    // acceptance: 64
    // guarantees: G10, G11
    @Test(arguments: ["authorize", "capture", "ship"] as [StepID])
    func aStepThatExpiresIsUnknownAndParksTheSaga(step: StepID) throws {
        var bench = try Bench(FulfilOrder.self)
        while bench.sent.last?.key.step != step { try bench.answer() }
        try bench.answer(Replies.late)
        #expect(bench.instance.status == .parked)
        #expect(bench.instance.parking == Parking(cause: .expired, step: step))
        #expect(bench.status(step) == .unknown)
        #expect(bench.instance.reason?.contains("last week") == true)
        #expect(bench.undone.isEmpty)
        #expect(bench.timer == nil)
        #expect(bench.happenings.suffix(2) == ["step.unknown", "saga.parked"])
    }

    // acceptance: 64
    // guarantees: G8
    @Test func whoRetriesAnExpiredStepKnowsThatItWasNotExecuted() throws {
        var bench = try Bench(FulfilOrder.self)
        let first = bench.now.wall
        try bench.answer(Replies.late)
        let blind = #expect(throws: SagaError.self) { try bench.request(.retry, because: nil) }
        #expect(blind?.code == .reasonMissing)
        bench.pass(.seconds(900_000))
        try bench.request(.retry, because: "the warehouse has no such reservation")
        #expect(bench.sent.last?.key.text == "order-1/reserve/#2", "The old key would be expired for ever.")
        #expect(bench.sent.last.map { $0.firstSent > first } == true)
        try bench.answer()
        #expect(bench.status("reserve") == .succeeded)
    }

    // acceptance: 38, 64
    @Test func anAnswerThatComesAfterAllSetsTheSagaGoing() throws {
        var bench = try Bench(FulfilOrder.self)
        try bench.answer(Replies.late)
        try bench.reply("reserve", Replies.late)
        try bench.reply("reserve", Replies.passing)
        #expect(bench.instance.status == .parked)
        try bench.succeed("reserve")
        #expect(bench.instance.status == .running)
        #expect(bench.status("authorize") == .dispatched)
    }

    // acceptance: 64
    @Test func aCompensationThatExpiresParks() throws {
        var bench = try Bench(FulfilOrder.self)
        try bench.succeed("reserve")
        try bench.reply("authorize", Replies.refusal)
        try bench.reply("reserve", Replies.late, undo: true)
        #expect(bench.instance.parking == Parking(cause: .undoFailed, step: "reserve"))
        #expect(bench.instance.reason?.contains("last week") == true)
        #expect(bench.timer == nil)
    }

    /// A step that is undone when nobody approves within two weeks.
    struct Approved: Saga {
        static let name: SagaName = "order.approved"
        static let version = 1
        typealias State = OrderState

        static var plan: some Plan<State> {
            call("reserve") { ReserveStock(order: $0.order) }
                .merge { $0.reservation = $1.reservation }
                .timeout(.seconds(30))
                .compensate { ReleaseStock(order: $0.order, reservation: $1?.reservation) }
            awaitSignal("approval", Approval.self, timeout: .seconds(14 * 86_400)) { $0.authorization = $1.by }
            pivot("capture") { CapturePayment(order: $0.order) }
        }
    }

    // guarantees: G11
    @Test func aCompensationAsksForWhatIsForgottenOnlyWhereTheOutcomeIsUnknown() throws {
        func bench() throws -> Bench {
            var bench = try Bench(Approved.self)
            bench.policies.undoneRemembered = .seconds(6 * 86_400)
            return bench
        }
        var known = try bench()
        let began = known.now.wall
        try known.succeed("reserve")
        try known.wake()
        #expect(known.sent.last?.key.text == "order-1/reserve/undo")
        #expect(known.sent.last?.compensates == nil)
        #expect(known.sent.last?.firstSent == known.now.wall && known.now.wall > began)
        // Later copies are like the first one.
        try known.wake()
        #expect(known.sent.count == 3 && known.sent.last?.firstSent == known.sent[1].firstSent)
        #expect(known.sent.last?.compensates == nil)

        var young = try bench()
        try young.succeed("reserve")
        young.pass(.seconds(5 * 86_400))
        try young.request(.cancel)
        #expect(young.sent.last?.compensates?.text == "order-1/reserve" && young.sent.last?.firstSent == began)

        var unknown = try bench()
        unknown.policies.undoneRemembered = .zero
        while unknown.sent.last?.key.direction != .undo { try unknown.wake() }
        #expect(unknown.sent.last?.compensates?.text == "order-1/reserve" && unknown.sent.last?.firstSent == began)

        var resolved = try bench()
        try resolved.answer(Replies.late)
        try resolved.request(.resolve(reply: Array(#"{"reservation":"r-1"}"#.utf8)), at: "reserve")
        while resolved.sent.last?.key.direction != .undo { try resolved.wake() }
        #expect(resolved.sent.last?.compensates?.text == "order-1/reserve" && resolved.sent.last?.firstSent == began)
    }

    // acceptance: 47
    // guarantees: G14
    @Test func aPlanThatRepeatsForLongerThanParticipantsRememberIsRefused() throws {
        func make(_ window: Duration) throws(any Error) {
            var configuration = SagaCoordinator.Configuration()
            configuration.inboxWindow = window
            configuration.undoPatience = .seconds(100)
            configuration.undoRetry = .exponential(attempts: 4, initial: .seconds(20), cap: .seconds(30))
            _ = try SagaCoordinator(
                store: InMemoryStore(),
                address: "orders",
                sagas: [FulfilOrder.self],
                logger: .silent,
                configuration: configuration
            )
        }
        // A step waits 30 seconds; its compensation four times 100, with pauses of 20, 30 and 30: 510 seconds in all.
        let error = #expect(throws: SagaError.self) { try make(.seconds(1_020)) }
        #expect(error?.code == .windowTooShort)
        #expect(error?.description.contains("reserve") == true)
        #expect(error?.description.contains("510 s") == true)
        try make(.seconds(1_021))
    }

    /// A pivot whose timeout is a third of what participants remember.
    struct Patient: Saga {
        static let name: SagaName = "patient"
        static let version = 1
        typealias State = OrderState
        static var plan: some Plan<State> {
            pivot("capture") { CapturePayment(order: $0.order) }.timeout(.seconds(1_200))
        }
    }

    // acceptance: 47
    // guarantees: G14
    @Test func theTimeoutOfAPivotCountsThreeTimes() throws {
        func make(_ window: Duration) throws(any Error) {
            var configuration = SagaCoordinator.Configuration()
            configuration.inboxWindow = window
            _ = try World(Patient.self, configuration: configuration)
        }
        let error = #expect(throws: SagaError.self) { try make(.seconds(7_200)) }
        #expect(error?.code == .windowTooShort)
        let text = error?.description ?? ""
        #expect(
            text.contains("1200 s counts three times") && text.contains("3600 s") && text.contains("safe"),
            "\(text)"
        )
        try make(.seconds(7_201))
    }
}
