import EddaCore
import EddaSagas
import EddaTesting
import Synchronization
import Testing

/// Steps in this process that had not begun when their process ended, or of which nobody knows whether they had.
// acceptance: 53; guarantees: G12
@Suite struct LocalRestartTests {
    struct Stamped: Saga {
        static let name: SagaName = "stamped"
        static let version = 1
        typealias Services = Desk
        typealias State = OrderState
        static var plan: some Plan<State> {
            local("stamp") { _, key, desk in try await desk.take(key) }
                .timeout(.seconds(1)).noCompensation(reason: "a test")
        }
    }

    private func on(
        _ kind: StoreKind,
        _ body: (_ desk: Desk, _ time: ManualTime, _ started: () throws -> World) async throws -> Void
    ) async throws {
        try await World.on(kind, FulfilOrder.self) { outer in
            let desk = Desk()
            var configuration = SagaCoordinator.Configuration()
            configuration.localLimit = 1
            let started = { [configuration] in
                try World(outer.time, outer.store, registrations: [Stamped.with(desk)], configuration)
            }
            try await body(desk, outer.time, started)
        }
    }

    private func start(_ id: SagaID, in world: World) async throws {
        try await world.coordinator.start(Stamped.self, id: id, state: .init(order: "1"))
    }

    /// Runs a coordinator until `body` returns.
    private func run(_ world: World, while body: () async throws -> Void) async throws {
        let running = Task { try await world.coordinator.run(transport: RunTests.Mailbox()) }
        do {
            try await body()
        } catch {
            running.cancel()
            throw error
        }
        running.cancel()
        try await running.value
    }

    /// Has calls say that they have begun, and wait until they are released.
    private func halt(_ desk: Desk) -> (began: Signal, release: Signal) {
        let (began, release) = (Signal(), Signal())
        desk.book.withLock { book in
            book.answer = { _ in
                began.raise()
                try await release.wait(past: 0)
            }
        }
        return (began, release)
    }

    private func step(_ world: World, _ id: SagaID) async throws -> Exchange {
        try #require(try await world.instance(id).steps.first).forward
    }

    /// Runs a coordinator for as long as sagas take to end; no time passes.
    private func expectTheirEnd(_ world: World, _ ids: SagaID...) async throws {
        try await run(world) {
            for id in ids {
                let saga = try await world.coordinator.wait(for: id)
                #expect(saga.status == .completed)
            }
        }
    }

    @Test(arguments: StoreKind.allCases)
    func whatWaitedForOthersInAKilledProcessIsCalledAndNotUndone(_ kind: StoreKind) async throws {
        try await on(kind) { desk, time, started in
            let world = try started()
            let (began, _) = halt(desk)
            try await run(world) {
                try await start("s-1", in: world)
                try await began.wait(past: 0)
                try await start("s-2", in: world)
            }
            #expect(desk.calls == ["s-1/stamp"])
            #expect(try await step(world, "s-2").sends == 1)
            // Two processes more are killed before they come to it; its time would be over in both, and no timer is due
            // again at once.
            for _ in 0..<2 {
                time.advance(by: .milliseconds(1_500))
                let next = try started()
                await next.coordinator.takeUpLocals()
                #expect(try await next.pass(.zero) == 0)
            }
            time.advance(by: .milliseconds(1_500))
            desk.book.withLock { $0.answer = { _ in } }
            try await expectTheirEnd(started(), "s-1", "s-2")
            #expect(desk.calls.sorted() == ["s-1/stamp", "s-1/stamp", "s-2/stamp"])
        }
    }

    // acceptance: 59
    @Test(arguments: StoreKind.allCases)
    func whatASagaComesToWhileItsProcessShutsDownIsCalledAndNotUndone(_ kind: StoreKind) async throws {
        try await on(kind) { desk, time, started in
            let world = try started()
            let (began, release) = halt(desk)
            try await run(world) {
                try await start("s-1", in: world)
                try await began.wait(past: 0)
                world.coordinator.beginNoMoreLocals()
                try await start("s-2", in: world)
                release.raise()
                try await world.coordinator.finishLocals()
            }
            #expect(desk.calls == ["s-1/stamp"])
            #expect(try await world.record("s-1").status == .completed)
            #expect(try await step(world, "s-2").sends == 1)
            time.advance(by: .milliseconds(1_500))
            try await expectTheirEnd(started(), "s-2")
            #expect(desk.calls == ["s-1/stamp", "s-2/stamp"])
        }
    }

    /// A call that ends its process each time is not made for ever.
    // guarantees: G8, G10
    @Test(arguments: StoreKind.allCases)
    func aCallThatWasLostIsMadeAgainWithTheSameKeyUntilItsTimeIsOver(_ kind: StoreKind) async throws {
        try await on(kind) { _, _, started in
            var world = try started()
            try await start("s-1", in: world)
            try await world.pass(.zero)
            let first = try #require(await world.coordinator.beginLocal())
            #expect(try await step(world, "s-1").isOnHold)
            // It is killed with its call, and so is the next one.
            world = try started()
            await world.coordinator.takeUpLocals()
            let second = try #require(await world.coordinator.beginLocal())
            let began = world.time.now()
            #expect(second.key == first.key)
            #expect(try await !step(world, "s-1").isOnHold)
            for _ in 0..<4 {
                world = try started()
                try await world.pass(.milliseconds(200))
                await world.coordinator.takeUpLocals()
                let again = try #require(await world.coordinator.beginLocal())
                #expect(again.key == first.key)
            }
            world = try started()
            while try await !world.record("s-1").status.isEnded, world.time.now().elapsed(since: began) < .seconds(60) {
                try await world.passToTimer()
            }
            #expect(world.time.now().elapsed(since: began) == .seconds(1))
            #expect(try await world.record("s-1").status == .compensated)
        }
    }
}
