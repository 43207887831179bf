import EddaCore
import EddaMessaging
import EddaSagas
import EddaTesting
import Synchronization
import Testing

/// A step in this process that is undone by a command: its call may still have an effect until it has come back.
// guarantees: G11
@Suite(.timeLimit(.minutes(10))) struct LocalUndoTests {
    struct Printed: Saga {
        static let name: SagaName = "printed"
        static let version = 1
        typealias Services = Desk
        typealias State = OrderState
        static var plan: some Plan<State> {
            local("label") { _, key, desk in try await desk.take(key) }
                .timeout(.seconds(30)).retry(.exponential(attempts: 3))
                .compensate { state, _ in ReleaseStock(order: state.order) }
            pivot("capture") { CapturePayment(order: $0.order) }
        }
    }

    private func bench() throws -> Bench {
        try Bench(Printed.self, state: OrderState(order: "1"), services: Desk())
    }

    @Test(arguments: [true, false]) func itIsNotUndoneBeforeItsCallHasComeBack(heedsCancellation: Bool) throws {
        var bench = try bench()
        let began = bench.now
        bench.standing = { key in
            guard key.direction == .forward else { return nil }
            return heedsCancellation ? .running(since: began) : .brokenOff
        }
        while bench.instance.status == .running { try bench.wake() }
        #expect(bench.abandoned.map(\.text) == ["order-1/label"])
        #expect(bench.status("label") == .undoDispatched && bench.sent.isEmpty)
        #expect(bench.record("label")?.lastError?.contains("come back") == true)
        for _ in 0..<5 { try bench.wake() }
        #expect(bench.sent.isEmpty && bench.timer != nil)
        bench.standing = { _ in nil }
        try bench.wake()
        #expect(bench.sent.map(\.key.text) == ["order-1/label/undo"])
        #expect(bench.happenings.last == "step.undo-dispatched")
        #expect(bench.record("label")?.undo.attempts == 1)
        try bench.answer()
        #expect(bench.instance.status == .compensated && bench.timer == nil)
    }

    // guarantees: G10
    @Test func aCallThatNeverComesBackParksItsSaga() throws {
        var bench = try bench()
        bench.standing = { $0.direction == .forward ? .brokenOff : nil }
        let start = bench.now
        while bench.instance.status != .parked {
            try bench.wake()
            try #require(bench.inputs < 1_000)
        }
        #expect(bench.instance.parking == Parking(cause: .undoFailed, step: "label"))
        #expect(bench.instance.reason?.contains("has not come back within 3600 s, and is not undone before") == true)
        #expect(bench.now.elapsed(since: start) < .seconds(3_700) && bench.sent.isEmpty)
        // It is still looked at when somebody wants it tried again, and skipped when nobody does.
        var skipped = bench
        try bench.request(.retry)
        #expect(bench.instance.status == .compensating && bench.sent.isEmpty && bench.timer != nil)
        bench.standing = { _ in nil }
        try bench.wake()
        #expect(bench.sent.map(\.key.text) == ["order-1/label/undo"])
        try skipped.request(.skip)
        #expect(skipped.instance.status == .compensated)
    }

    /// The process in which an operator decides knows nothing of the call.
    @Test func aProcessThatDoesNotMakeTheCallsLeavesTheCompensationToTheOneThatDoes() throws {
        var bench = try bench()
        for failures in 1...3 {
            bench.isUnattended = failures == 3
            try bench.reply("label", Replies.passing)
            if failures < 3 { try bench.wake() }
        }
        #expect(bench.status("label") == .undoDispatched && bench.sent.isEmpty)
        #expect(bench.timer == bench.now)
        bench.isUnattended = false
        bench.standing = { $0.direction == .forward ? .brokenOff : nil }
        while bench.instance.status != .parked {
            try bench.wake()
            try #require(bench.inputs < 1_000)
        }
        #expect(bench.instance.parking == Parking(cause: .undoFailed, step: "label") && bench.sent.isEmpty)

        // It is parked, and the call is alive in the other process.
        bench.isUnattended = true
        bench.standing = { _ in nil }
        try bench.request(.retry)
        #expect(bench.instance.status == .compensating && bench.sent.isEmpty && bench.timer == bench.now)
        bench.isUnattended = false
        bench.standing = { $0.direction == .forward ? .brokenOff : nil }
        try bench.wake()
        #expect(bench.sent.isEmpty && bench.timer != nil)
        bench.standing = { _ in nil }
        try bench.wake()
        #expect(bench.sent.map(\.key.text) == ["order-1/label/undo"])
        #expect(bench.record("label")?.undo.attempts == 1)
        // What has left once may be repeated by whoever decides.
        try bench.answer(Replies.lasting)
        bench.isUnattended = true
        try bench.request(.retry)
        #expect(bench.sent.count == 2)
        try bench.answer()
        #expect(bench.instance.status == .compensated)
    }

    /// It could begin between the look and the commit.
    @Test func aCallThatWaitsIsTakenAwayBeforeItIsUndone() throws {
        var bench = try bench()
        for failures in 1...3 {
            // Another call is handed in when the last answer comes.
            if failures == 3 { bench.standing = { $0.direction == .forward ? .waiting : nil } }
            try bench.reply("label", Replies.passing)
            if failures < 3 { try bench.wake() }
        }
        #expect(bench.status("label") == .undoDispatched && bench.sent.isEmpty)
        #expect(bench.abandoned.map(\.text) == ["order-1/label"])
        // That it would find no room says that it is not here.
        bench.standing = { _ in .noRoom }
        try bench.wake()
        #expect(bench.sent.map(\.key.text) == ["order-1/label/undo"])
    }

    /// Two processes on one store: one makes the call, in the other somebody decides.
    // acceptance: 48
    @Test func whoDecidesInAnotherProcessDoesNotUndoWhatIsBeingDone() async throws {
        let time = ManualTime()
        let store = InMemoryStore(time: time)
        let desk = Desk()
        let world = try World(time, store, registrations: [Printed.with(desk)])
        let other = try World(time, store, registrations: [Printed.with(Desk())])
        let (began, release) = (Signal(), Signal())
        desk.book.withLock { book in
            book.answer = { _ in
                began.raise()
                await Task { _ = try? await release.wait(past: 0) }.value
            }
        }
        try await world.coordinator.start(Printed.self, id: "p-1", state: .init(order: "1"))
        try await world.pass(.zero)
        async let made = world.coordinator.performLocals()
        try await began.wait(past: 0)
        while try await world.record("p-1").status != .parked { try await world.passToTimer() }
        #expect(try await world.sent("p-1").isEmpty)

        try await other.coordinator.retry("p-1", by: "ada", because: "let it be looked at again")
        #expect(try await other.record("p-1").status == .compensating)
        #expect(try await world.sent("p-1").isEmpty)
        try await world.pass(.zero)
        #expect(try await world.sent("p-1").isEmpty)
        release.raise()
        let count = await made
        #expect(count == 1)
        try await world.passToTimer()
        #expect(try await world.keys("p-1") == ["p-1/label/undo"])
    }

    /// On a store, with work that takes no notice of its cancellation.
    @Test func workThatDoesNotHeedItsCancellationIsUndoneAfterItsEffect() async throws {
        let time = ManualTime()
        let desk = Desk()
        let world = try World(time, InMemoryStore(time: time), registrations: [Printed.with(desk)])
        let (began, release) = (Signal(), Signal())
        let hasEffect = Mutex(false)
        desk.book.withLock { book in
            book.answer = { _ in
                began.raise()
                await Task { _ = try? await release.wait(past: 0) }.value
                hasEffect.withLock { $0 = true }
            }
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await world.coordinator.run(transport: RunTests.Mailbox()) }
            try await world.coordinator.start(Printed.self, id: "p-1", state: .init(order: "1"))
            try await began.wait(past: 0)
            try await world.passTime { try await world.record("p-1").status == .compensating }
            let start = time.now()
            try await world.passTime { time.now().elapsed(since: start) > .seconds(120) }
            #expect(try await world.sent("p-1").isEmpty)
            release.raise()
            try await world.passTime { try await !world.sent("p-1").isEmpty }
            #expect(hasEffect.withLock { $0 })
            #expect(try await world.keys("p-1") == ["p-1/label/undo"])
            group.cancelAll()
            while try await group.next() != nil {}
        }
        #expect(desk.calls == ["p-1/label"])
    }
}
