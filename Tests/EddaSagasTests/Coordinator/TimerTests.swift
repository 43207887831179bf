import EddaCore
import EddaSagas
import EddaTesting
import Testing

@Suite struct TimerTests {
    private func begun() async throws -> World {
        let world = try World(FulfilOrder.self)
        try await world.coordinator.start(FulfilOrder.self, id: "order-1", state: .init(order: "1"))
        return world
    }

    // acceptance: 53
    @Test(arguments: [Duration.seconds(3_600), .seconds(-3_600)])
    func aJumpOfTheClockFiresNothingEarlyOrTwice(_ jump: Duration) async throws {
        let world = try await begun()
        world.time.setWall(to: world.time.now().wall + jump)
        #expect(try await world.pass(.milliseconds(100)) == 0)
        #expect(try await world.pass(.seconds(1)) == 1)
        #expect(try await world.pass(.zero) == 0)
        #expect(try await world.keys() == ["order-1/reserve", "order-1/reserve"])
        #expect(try await world.record("order-1").status == .running)
    }

    // acceptance: 53
    @Test(arguments: [true, false])
    func aTimerThatCameDueDuringThreeDaysOfDowntimeFiresOnce(_ machineRestarted: Bool) async throws {
        let world = try await begun()
        try await world.answer()
        world.time.advance(by: .seconds(3 * 86_400))
        if machineRestarted { world.time.reboot() }
        let next = try world.restarted(FulfilOrder.self)
        #expect(try await next.pass(.zero) == 1)
        // Nobody listened while the time to wait for an answer ran out, so the step is asked again, once.
        #expect(try await next.keys() == ["order-1/reserve", "order-1/authorize", "order-1/authorize"])
        #expect(try await next.pass(.zero) == 0)
        for _ in 0..<3 { try await next.answer() }
        #expect(try await next.record("order-1").status == .completed)
        #expect(try await next.timer() == nil)
    }

    @Test func dueTimersAreHandledInPagesAndEachSagaHasOne() async throws {
        var configuration = SagaCoordinator.Configuration()
        configuration.timerLimit = 8
        let world = try World(FulfilOrder.self, configuration: configuration)
        for number in 0..<20 {
            let id = try SagaID(validating: "order-\(number)")
            try await world.coordinator.start(FulfilOrder.self, id: id, state: .init(order: "\(number)"))
        }
        #expect(try await world.pass(.seconds(1)) == 8)
        #expect(try await world.pass(.zero) == 8)
        #expect(try await world.pass(.zero) == 4)
        #expect(try await world.pass(.zero) == 0)
        #expect(try await world.sent().count == 40)
    }

    // acceptance: 53
    @Test func timersWaitUntilWhatTheyHaveSentHasLeftOrForHalfASecond() async throws {
        var configuration = SagaCoordinator.Configuration()
        configuration.timerLimit = 4
        // Besides the timers it is the only one who sleeps, and it sleeps on.
        configuration.reporting = .seconds(3_600)
        let world = try World(FulfilOrder.self, configuration: configuration)
        for number in 0..<12 {
            let id = try SagaID(validating: "order-\(number)")
            try await world.coordinator.start(FulfilOrder.self, id: id, state: .init(order: "\(number)"))
        }
        try await world.emptyOutbox()
        world.time.advance(by: .seconds(1))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await world.coordinator.run(transport: RunTests.Mailbox()) }
            for _ in 0..<3 {
                await world.time.waitForSleepers(2)
                #expect(try await world.sent().count == 4)
                world.time.advance(by: .milliseconds(2))
            }
            // They have left: at the next look it goes on.
            await world.time.waitForSleepers(2)
            try await world.emptyOutbox()
            world.time.advance(by: .milliseconds(2))
            // These never leave.
            var looks = 0
            await world.time.waitForSleepers(2)
            while try await world.sent().count == 4 {
                world.time.advance(by: .milliseconds(2))
                looks += 1
                try #require(looks < 1_000, "It waits for ever for what never leaves.")
                await world.time.waitForSleepers(2)
            }
            #expect(looks == 250)
            #expect(try await world.sent().count == 8)
            group.cancelAll()
            while try await group.next() != nil {}
        }
    }

    // guarantees: G10
    @Test func noSagaIsSilentlyStuckWhenNobodyEverAnswers() async throws {
        let world = try World(FulfilOrder.self, CloseOrder.self)
        try await world.coordinator.start(FulfilOrder.self, id: "order-1", state: .init(order: "1"))
        try await world.coordinator.start(CloseOrder.self, id: "close-1", state: .init(order: "2"))
        try await world.answer("close-1")
        for _ in 0..<1_000 {
            guard let timer = try await world.timer() else { break }
            try await world.pass(max(.zero, timer.remaining(from: world.time.now())))
        }
        #expect(try await world.record("close-1").status == .parked)
        #expect(try await world.record("close-1").reason?.contains("capture") == true)
        let unanswered = try await world.record("order-1")
        #expect(unanswered.status == .parked)
        #expect(unanswered.reason?.contains("no answer to the compensation within 3600 s") == true)
        #expect(try await world.timer() == nil)
        // The participant is there again, and goes through what has waited for it.
        try await world.answer("order-1")
        #expect(try await world.record("order-1").status == .compensated)
        #expect(try await world.happenings("order-1").suffix(3) == ["saga.resumed", "step.undone", "saga.compensated"])
    }
}
