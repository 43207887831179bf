import EddaCore
import EddaProjections
import EddaSQLite
import EddaTesting
import Testing

@Suite struct FailureTests {
    /// Waits until the register looks as it should.
    func until(
        _ store: any Store,
        _ name: ProjectionName,
        _ condition: (ProjectionRecord) -> Bool
    ) async throws -> ProjectionRecord {
        while true {
            let seen = store.signals.projections.count
            if let live = try await store.live(name), condition(live) { return live }
            try await store.signals.projections.wait(past: seen)
        }
    }

    // guarantees: G5
    @Test func aFailingHandlerStopsItsProjectionVisiblyAndHealsByItself() async throws {
        let time = ManualTime()
        try await withStore(time: time) { store in
            let (sick, sound) = (Accounts("sick"), Accounts("sound"))
            let fails = Shared(true)
            let engine = try ProjectionEngine(
                store: store,
                projections: [
                    sick.projection { event, _ in if fails.get(), event.cents == 13 { throw Fault() } },
                    sound.projection(),
                ],
                logger: .silent
            )
            try await engine.prepare()
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await engine.run() }
                try await store.append(
                    [Opened(owner: "ada"), Deposited(cents: 1), Deposited(cents: 13), Deposited(cents: 5)],
                    to: "account-1"
                )
                let stuck = try await until(store, sick.name) { $0.failure != nil }
                #expect(stuck.position.value == 2, "the events before the failing one are in the rows")
                let failure = try #require(stuck.failure)
                for part in ["position 3", "account.deposited", "account-1", "told to fail"] {
                    #expect(failure.contains(part))
                }
                _ = try await until(store, sound.name) { $0.position.value == 4 }
                #expect(try await sick.rows(in: store).accounts == [[.text("1"), .text("ada"), .integer(1)]])

                let status = try await engine.status()
                #expect(status.map(\.state) == [.failed, .live])
                #expect(status.map(\.lag) == [2, 0])
                #expect(status[0].failure == failure)

                // It is tried again and again, and the pauses are bounded.
                fails.set(false)
                // The pause, and the one before the engine shows again that it is at work.
                await time.waitForSleepers(2)
                time.advance(by: .seconds(30))
                let healed = try await until(store, sick.name) { $0.failure == nil }
                #expect(healed.position.value == 4)
                #expect(try await sick.rows(in: store).accounts == [[.text("1"), .text("ada"), .integer(19)]])
                group.cancelAll()
                try await group.waitForAll()
            }
        }
    }

    @Test func anEventThatDoesNotDecodeIsNamed() async throws {
        try await withStore { store in
            let accounts = Accounts("bytes")
            let engine = try ProjectionEngine(store: store, projections: [accounts.projection()], logger: .silent)
            try await engine.prepare()
            try await store.append([Opened(owner: "ada")], to: "account-1")
            let broken = EventData(type: Deposited.eventType, data: Array("no JSON".utf8))
            _ = try await store.append(Append([broken], to: "account-1"))
            for _ in 0..<2 {
                let error = await #expect(throws: ProjectionError.self) { try await engine.catchUp() }
                #expect(error?.code == .handlerFailed)
                #expect(error?.description.contains("position 2") == true)
            }
            let live = try #require(try await store.live(accounts.name))
            #expect(live.position.value == 1 && live.failure?.contains("position 2") == true)
            #expect(try await accounts.rows(in: store).open == 1)
        }
    }

    @Test func oneThatFailsDoesNotKeepOthersFromCatchingUp() async throws {
        try await withStore { store in
            let (sick, sound) = (Accounts("sick"), Accounts("sound"))
            let engine = try ProjectionEngine(
                store: store,
                projections: [sick.projection { _, _ in throw Fault() }, sound.projection()],
                logger: .silent
            )
            try await engine.prepare()
            try await store.append([Opened(owner: "ada"), Deposited(cents: 1)], to: "account-1")
            await #expect(throws: ProjectionError.self) { try await engine.catchUp() }
            #expect(try await sound.rows(in: store).accounts == [[.text("1"), .text("ada"), .integer(1)]])
        }
    }

    @Test func aRebuildWithAMendedHandlerFreesAStuckProjection() async throws {
        let time = ManualTime()
        try await withStore(time: time) { store in
            let accounts = Accounts("stuck")
            let running = try ProjectionEngine(
                store: store,
                projections: [accounts.projection { _, _ in throw Fault() }],
                logger: .silent
            )
            try await running.prepare()
            try await store.append([Opened(owner: "ada"), Deposited(cents: 1)], to: "account-1")
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await running.run() }
                _ = try await until(store, accounts.name) { $0.failure != nil }
                let mended = try ProjectionEngine(store: store, projections: [accounts.projection()], logger: .silent)
                _ = try await mended.rebuild(accounts.name)
                // No time passes: the runner notices the switch and follows the new build.
                try await store.append([Opened(owner: "eve")], to: "account-2")
                _ = try await until(store, accounts.name) { $0.position.value == 3 }
                group.cancelAll()
                try await group.waitForAll()
            }
            #expect(try await accounts.rows(in: store).open == 2)
            #expect(try await running.status().map(\.state) == [.live])
        }
    }

    @Test func wrongSQLInAHandlerIsAHandlersFailure() async throws {
        try await withStore { store in
            let table = Table("t", "a INTEGER")
            let unknown = Projection("p", version: 1, tables: table) {
                On(Opened.self) { _, context in try context.execute("INSERT INTO \(Table("u", "")) VALUES (1)") }
            }
            let wrong = Projection("q", version: 1, tables: Table("v", "a INTEGER")) {
                On(Opened.self) { _, context in try context.execute("INSERT INTO nowhere VALUES (1)") }
            }
            try await store.append([Opened(owner: "ada")], to: "account-1")
            for (projection, part) in [(unknown, "does not declare"), (wrong, "nowhere")] {
                let engine = try ProjectionEngine(store: store, projections: [projection], logger: .silent)
                let error = await #expect(throws: ProjectionError.self) { try await engine.prepare() }
                #expect(error?.code == .handlerFailed && error?.projection == projection.name)
                #expect(error?.description.contains(part) == true)
            }
        }
    }
}
