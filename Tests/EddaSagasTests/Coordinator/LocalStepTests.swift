import EddaCore
import EddaMessaging
import EddaSagas
import EddaTesting
import Synchronization
import Testing

/// Steps in this process, driven by coordinators on stores.
@Suite(.timeLimit(.minutes(10))) struct LocalStepTests {
    struct Letter: Saga {
        static let name: SagaName = "letter"
        static let version = 1
        typealias Services = Desk
        typealias State = OrderState
        static var plan: some Plan<State> {
            local("stamp") { _, key, desk in try await desk.take(key) }
                .timeout(.seconds(10)).retry(.exponential(attempts: 3))
                .compensateLocally { _, _, key, desk in try await desk.take(key) }
            pivot("capture") { CapturePayment(order: $0.order) }
            local("mail") { _, key, desk in try await desk.take(key) }.retriable().timeout(.seconds(20))
        }
    }

    private func on(
        _ kind: StoreKind,
        _ body: (_ world: World, _ desk: Desk, _ other: World) async throws -> Void
    ) async throws {
        try await World.on(kind, FulfilOrder.self) { outer in
            let desk = Desk()
            let made = { try World(outer.time, outer.store, registrations: [Letter.with(desk)]) }
            try await body(made(), desk, made())
        }
    }

    private func step(_ world: World, _ id: StepID) async throws -> StepRecord {
        try #require(try await world.instance("l-1").steps.first { $0.id == id })
    }

    private func begin(_ world: World) async throws {
        try await world.coordinator.start(Letter.self, id: "l-1", state: .init(order: "1"))
        try await world.pass(.zero)
    }

    /// Brings the saga to its last step, which waits to be done.
    private func toMail(_ world: World) async throws {
        try await begin(world)
        #expect(await world.coordinator.performLocals() == 1)
        try await world.answer("l-1")
        #expect(try await world.record("l-1").step == "mail")
    }

    // guarantees: G11
    @Test(arguments: StoreKind.allCases) func anErrorOfASagaThrownByTheWorkMayHaveCostSomething(
        _ kind: StoreKind
    ) async throws {
        try await on(kind) { world, desk, _ in
            // The work has had its effect when what it does last throws.
            desk.book.withLock { $0.answer = { _ in throw SagaError(.notFound, "There is no saga \"other\".") } }
            try await begin(world)
            await world.coordinator.performLocals()
            let failed = try await step(world, "stamp")
            #expect(failed.status == .failed && failed.forward.due != nil)
            while try await world.record("l-1").status == .running {
                try await world.passToTimer()
                await world.coordinator.performLocals()
            }
            #expect(desk.calls.filter { $0 == "l-1/stamp" }.count == 3)
            desk.book.withLock { $0.answer = { _ in } }
            while try await world.record("l-1").status == .compensating {
                await world.coordinator.performLocals()
                try await world.passToTimer()
            }
            #expect(desk.calls.last == "l-1/stamp/undo")
            #expect(try await world.record("l-1").status == .compensated)
        }
    }

    @Test(arguments: StoreKind.allCases) func whatAnOperatorHasSkippedDoesNotBegin(_ kind: StoreKind) async throws {
        try await on(kind) { world, desk, other in
            try await toMail(world)
            try await other.coordinator.skip("l-1", at: "mail", by: "ada", because: "it went by hand")
            #expect(try await world.record("l-1").status == .completed)
            #expect(await world.coordinator.performLocals() == 0)
            #expect(desk.calls == ["l-1/stamp"])
        }
    }

    // guarantees: G11
    @Test(arguments: StoreKind.allCases) func whatAnOperatorHasUndoneByHandIsNotUndoneAgain(
        _ kind: StoreKind
    ) async throws {
        try await on(kind) { world, desk, other in
            try await begin(world)
            await world.coordinator.performLocals()
            try await world.answer("l-1", Replies.refusal)
            #expect(try await world.record("l-1").status == .compensating)
            try await other.coordinator.skip("l-1", at: "stamp", by: "ada", because: "undone by hand")
            #expect(try await world.record("l-1").status == .compensated)
            #expect(await world.coordinator.performLocals() == 0)
            #expect(desk.calls == ["l-1/stamp"])
        }
    }

    // acceptance: 53
    @Test(arguments: StoreKind.allCases) func toWaitForOthersCostsNoPatienceAndNoRepetitions(
        _ kind: StoreKind
    ) async throws {
        try await on(kind) { world, desk, _ in
            try await begin(world)
            // Nobody gets round to it for much longer than its time.
            var wakes = 0
            for _ in 0..<12 {
                try await world.passToTimer()
                wakes += 1
            }
            let record = try await step(world, "stamp")
            #expect(wakes == 12 && record.status == .dispatched && record.forward.sends == 1)
            let first = try #require(record.forward.firstSentAt)
            #expect(world.time.now().elapsed(since: first) > .seconds(10))
            let happenings = try await world.happenings("l-1")
            #expect(!happenings.contains("step.resent") && !happenings.contains("step.unknown"))
            #expect(await world.coordinator.performLocals() == 1)
            #expect(desk.calls == ["l-1/stamp"])
            #expect(try await world.record("l-1").step == "capture")
        }
    }

    @Test func theTimeoutCountsFromWhenTheCallHasBegun() throws {
        let schema = SchemaRegistry()
        let program = try SagaProgram.compile(Letter.self, services: Desk(), schema: schema)
        var now = Moment(boot: "b", uptime: 5, wall: Timestamp(microseconds: 7))
        let state = try schema.encode(OrderState(order: "1"))
        var saga = SagaInstance(id: "s", state: state, correlationID: nil, program: program, now: now)
        let policies = SagaPolicies()
        _ = try saga.apply(.started, at: now, program: program, policies: policies)
        let began = now.advanced(by: .seconds(8))
        var (wakes, abandoned) = (0, 0)
        while saga.status == .running {
            wakes += 1
            try #require(wakes < 100, "The step was given \(wakes) wakes, and none of them was its deadline.")
            now = try #require(saga.wakeAt, "The saga has lost its timer.")
            let isRunning = began.isReached(at: now)
            let effects = try saga.apply(
                .wake,
                at: now,
                program: program,
                policies: policies,
                standing: { _ in isRunning ? .running(since: began) : .waiting }
            )
            abandoned += effects.count { if case .abandon = $0 { true } else { false } }
        }
        #expect(now.elapsed(since: began) == .seconds(10))
        #expect(abandoned == 1 && saga.steps[0].forward.sends == 1)
    }

    /// Behind the pivot nothing may stop a saga for good, so neither may a call that hangs.
    @Test func aCallThatHangsIsCancelledAndMadeAgain() async throws {
        let time = ManualTime()
        let desk = Desk()
        let world = try World(time, InMemoryStore(time: time), registrations: [Letter.with(desk)])
        let hangs = Mutex(2)
        let never = Signal()
        desk.book.withLock { book in
            book.answer = { key in
                guard key == "l-1/mail" else { return }
                let isToHang = hangs.withLock { left in
                    left -= 1
                    return left >= 0
                }
                if isToHang { _ = try await never.wait(past: 0) }
            }
        }
        try await toMail(world)
        let mailbox = RunTests.Mailbox()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await world.coordinator.run(transport: mailbox) }
            try await world.passTime { try await world.record("l-1").status != .running }
            group.cancelAll()
            while try await group.next() != nil {}
        }
        #expect(try await world.record("l-1").status == .completed)
        #expect(desk.calls == ["l-1/stamp", "l-1/mail", "l-1/mail", "l-1/mail"])
        let mail = try await step(world, "mail")
        #expect(mail.forward.failures == 2)
    }
}

// What a process was doing when it was killed is taken up at once.
extension LocalStepTests {
    // guarantees: G12
    @Test(arguments: StoreKind.allCases) func whatAKilledProcessWasDoingIsDoneAtOnce(_ kind: StoreKind) async throws {
        try await on(kind) { world, desk, other in
            try await begin(world)
            for number in 2...5 {
                let id = try SagaID(validating: "l-\(number)")
                try await world.coordinator.start(Letter.self, id: id, state: .init(order: "\(number)"))
            }
            try await world.pass(.zero)
            // It was called again and again, and would be once more only after a while.
            for _ in 0..<6 { try await world.passToTimer() }
            await other.coordinator.takeUpLocals()
            #expect(await other.coordinator.performLocals() == 5)
            #expect(Set(desk.calls) == ["l-1/stamp", "l-2/stamp", "l-3/stamp", "l-4/stamp", "l-5/stamp"])
            #expect(desk.calls.count == 5)
            #expect(try await other.record("l-1").step == "capture")
            // What needs nothing is left alone, and so is what this process is doing.
            let records = try await other.store.read { try $0.sagas(SagaFilter()) }
            await other.coordinator.takeUpLocals()
            #expect(try await other.store.read { try $0.sagas(SagaFilter()) } == records)
            #expect(await other.coordinator.performLocals() == 0)
        }
    }

    // guarantees: G11, G12
    @Test(arguments: StoreKind.allCases) func soIsWhatItWasUndoing(_ kind: StoreKind) async throws {
        try await on(kind) { world, desk, other in
            try await begin(world)
            await world.coordinator.performLocals()
            try await world.answer("l-1", Replies.refusal)
            #expect(try await world.record("l-1").status == .compensating)
            await other.coordinator.takeUpLocals()
            #expect(await other.coordinator.performLocals() == 1)
            #expect(desk.calls == ["l-1/stamp", "l-1/stamp/undo"])
            #expect(try await other.record("l-1").status == .compensated)
        }
    }

    @Test(arguments: StoreKind.allCases) func aSagaThatCannotBeReadKeepsNoOtherFromBeingTakenUp(
        _ kind: StoreKind
    ) async throws {
        try await on(kind) { world, desk, other in
            for id in ["l-1", "l-2", "l-3"] as [SagaID] {
                try await world.coordinator.start(Letter.self, id: id, state: .init(order: "1"))
            }
            try await world.pass(.zero)
            try await world.store.write { transaction in
                var broken = try #require(try transaction.saga("l-2"))
                broken.instance = Array("nonsense".utf8)
                broken.revision += 1
                try transaction.putSaga(broken)
            }
            await other.coordinator.takeUpLocals()
            #expect(await other.coordinator.performLocals() == 2)
            #expect(Set(desk.calls) == ["l-1/stamp", "l-3/stamp"])
            // It is parked when its own timer comes due; the others wait for their pivots.
            for _ in 0..<4 { try await other.passToTimer() }
            #expect(try await other.record("l-2").status == .parked)
        }
    }

    @Test func whatThisProcessIsDoingIsNotTakenUp() async throws {
        let time = ManualTime()
        let desk = Desk()
        let world = try World(time, InMemoryStore(time: time), registrations: [Letter.with(desk)])
        try await begin(world)
        let before = try await world.record("l-1")
        await world.coordinator.takeUpLocals()
        #expect(try await world.record("l-1") == before)
        #expect(await world.coordinator.performLocals() == 1)
        #expect(desk.calls == ["l-1/stamp"])
    }

    /// No time passes.
    // guarantees: G12
    @Test func aProcessThatStartsTakesThemUp() async throws {
        let time = ManualTime()
        let desk = Desk()
        let store = InMemoryStore(time: time)
        try await begin(try World(time, store, registrations: [Letter.with(desk)]))
        let world = try World(time, store, registrations: [Letter.with(desk)])
        let called = Signal()
        desk.book.withLock { $0.answer = { _ in called.raise() } }
        let running = Task { try await world.coordinator.run(transport: RunTests.Mailbox()) }
        _ = try await called.wait(past: 0)
        running.cancel()
        try await running.value
        #expect(desk.calls == ["l-1/stamp"])
    }
}

extension LocalStepTests {
    struct Slow: Saga {
        static let name: SagaName = "slow"
        static let version = 1
        typealias Services = Desk
        typealias State = OrderState
        static var plan: some Plan<State> {
            local("stamp") { _, key, desk in try await desk.take(key) }
                .timeout(.seconds(36_000))
                .noCompensation(reason: "a test")
            pivot("capture") { CapturePayment(order: $0.order) }
        }
    }

    /// Two processes on one store, each with a desk of its own.
    // acceptance: 37; guarantees: G13
    @Test(arguments: StoreKind.allCases) func withALeaseOnlyOneOfTwoProcessesDoesAStep(_ kind: StoreKind) async throws {
        try await World.on(kind, FulfilOrder.self) { outer in
            let (first, second) = (Desk(), Desk())
            let (called, never) = (Signal(), Signal())
            first.book.withLock { book in
                book.answer = { _ in
                    called.raise()
                    _ = try await never.wait(past: 0)
                }
            }
            var configuration = SagaCoordinator.Configuration()
            configuration.lease = .seconds(4)
            let made = { [configuration] desk in
                try World(outer.time, outer.store, registrations: [Slow.with(desk)], configuration)
            }
            let (one, other) = (try made(first), try made(second))
            try await one.coordinator.start(Slow.self, id: "l-1", state: .init(order: "1"))
            let running = Task { try await one.coordinator.run(transport: RunTests.Mailbox()) }
            _ = try await called.wait(past: 0)
            let standingBy = Task { try await other.coordinator.run(transport: RunTests.Mailbox()) }
            // The step takes long, and its timer comes due again and again; so does the look at the lease.
            let began = outer.time.now()
            while outer.time.now().elapsed(since: began) < .seconds(8) {
                // Four of the one (its gauges, timers, lease and step), two of the other.
                await outer.time.waitForSleepers(6)
                outer.time.advance(by: .milliseconds(200))
            }
            #expect(first.calls == ["l-1/stamp"])
            #expect(second.calls.isEmpty)
            running.cancel()
            try await running.value
            // The other takes over, and does it again with the same key.
            try await other.passTime(by: .milliseconds(200)) { try await other.record("l-1").step != "stamp" }
            standingBy.cancel()
            try await standingBy.value
            #expect(second.calls == ["l-1/stamp"])
        }
    }
}
