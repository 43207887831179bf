import EddaCore
import EddaProjections
import EddaSQLite
import EddaTesting
import Testing

@Suite struct InlineTests {
    let accounts = Accounts("inline")

    func engine(
        on store: any Store,
        gapLimit: Int = 1_000,
        fault: @escaping @Sendable (Deposited, ProjectionContext) throws -> Void = { _, _ in }
    ) throws -> ProjectionEngine {
        try ProjectionEngine(
            store: store,
            projections: [accounts.projection(mode: .inline, fault: fault)],
            logger: .silent,
            configuration: .init(gapLimit: gapLimit)
        )
    }

    // guarantees: G1
    @Test func rowsAreThereWhenAppendReturns() async throws {
        try await withStore { store in
            try await engine(on: store).prepare()
            let history = AccountHistory.random(50, seed: 41)
            for count in 1...50 {
                try await store.append([history[count - 1]])
                #expect(try await accounts.rows(in: store) == AccountRows(history.prefix(count)))
            }
        }
    }

    // guarantees: G1
    @Test func aFailingHandlerFailsTheAppendAndLeavesNothing() async throws {
        try await withStore { store in
            try await engine(on: store) { event, _ in if event.cents < 0 { throw Fault() } }.prepare()
            try await store.append([Opened(owner: "ada"), Deposited(cents: 5)], to: "account-1")
            let before = try await (accounts.rows(in: store), store.builds(of: accounts.name))
            let error = await #expect(throws: ProjectionError.self) {
                try await store.append([Deposited(cents: 7), Deposited(cents: -1)], to: "account-1")
            }
            #expect(error?.code == .handlerFailed && error?.projection == accounts.name)
            #expect(error?.underlying is Fault)
            #expect(try await store.head().value == 2)
            #expect(try await accounts.rows(in: store) == before.0)
            #expect(try await store.builds(of: accounts.name) == before.1)
            try await store.append([Deposited(cents: 7)], to: "account-1")
            #expect(try await accounts.rows(in: store).accounts == [[.text("1"), .text("ada"), .integer(12)]])
        }
    }

    @Test func anAppendMakesUpForEventsThatWereMissed() async throws {
        try await withStore { store in
            // The rows as they were before some other program appended without knowing the projection.
            let history = AccountHistory.random(40, seed: 42)
            let hooked = HookedStore(store)
            try await engine(on: hooked).prepare()
            try await hooked.append(Array(history[..<10]))
            try await store.append(Array(history[10..<35]), by: 5)
            #expect(try await accounts.rows(in: store) == AccountRows(history[..<10]))
            let concern = try #require((35..<40).first { !(history[$0].event is Noted) })
            if concern > 35 { try await store.append(Array(history[35..<concern])) }
            try await hooked.append([history[concern]])
            #expect(try await accounts.rows(in: store) == AccountRows(history[...concern]))
            #expect(try await store.live(accounts.name)?.position.value == Int64(concern + 1))
        }
    }

    @Test func aGapThatIsTooWideIsNamedAndHealedByPreparing() async throws {
        try await withStore { store in
            let hooked = HookedStore(store)
            try await engine(on: hooked, gapLimit: 5).prepare()
            try await store.append([Opened(owner: "ada")], to: "account-1")
            for _ in 0..<5 { try await store.append([Deposited(cents: 1)], to: "account-1") }
            let error = await #expect(throws: ProjectionError.self) {
                try await hooked.append([Deposited(cents: 1)], to: "account-1")
            }
            #expect(error?.code == .tooFarBehind && error.map(StoreError.isPassing) == true)
            #expect(error?.description.contains("projections rebuild inline") == true)
            try await engine(on: HookedStore(store), gapLimit: 5).prepare()
            try await hooked.append([Deposited(cents: 1)], to: "account-1")
            #expect(try await accounts.rows(in: store).accounts == [[.text("1"), .text("ada"), .integer(6)]])
        }
    }

    // guarantees: G14
    @Test func whatDoesNotConcernAProjectionIsNotRefusedBecauseOfIt() async throws {
        try await withStore { store in
            let hooked = HookedStore(store)
            try await engine(on: hooked, gapLimit: 0).prepare()
            let notes = [Noted](repeating: Noted(text: "x"), count: 1_000)
            // More was missed than an append may make up for.
            try await store.append([Opened(owner: "ada")], to: "account-1")
            try await hooked.append(notes, to: "note-1")
            #expect(try await store.live(accounts.name)?.position.value == 0)
            // A newer program keeps the projection.
            let newer = try ProjectionEngine(
                store: HookedStore(store),
                projections: [accounts.projection(version: 2, mode: .inline)],
                logger: .silent
            )
            try await newer.prepare()
            try await hooked.append(notes, to: "note-1")
            #expect(try await store.head().value == 2_001)
            #expect(try await store.live(accounts.name)?.position.value == 1_001)
            let error = await #expect(throws: ProjectionError.self) {
                try await hooked.append([Deposited(cents: 1)], to: "account-1")
            }
            #expect(error?.code == .olderProgram && error.map(StoreError.isPassing) == true)
        }
    }

    @Test func severalAppendsOfOneUnitAreAllSeen() async throws {
        try await withStore { store in
            try await engine(on: store).prepare()
            let schema = store.schema
            let rows = try await store.write { [accounts] transaction in
                for account in 1...3 {
                    let stream = StreamID(stringLiteral: "account-\(account)")
                    try transaction.append([Opened(owner: "ada")], to: stream, schema: schema)
                    try transaction.append([Noted(text: "x")], to: "note-1", schema: schema)
                    try transaction.append([Deposited(cents: account)], to: stream, schema: schema)
                }
                return try AccountRows(
                    accounts: accounts.accounts.name,
                    totals: accounts.totals.name,
                    in: transaction
                )
            }
            #expect(rows.open == 3)
            #expect(rows.accounts.map(\.last) == [.integer(1), .integer(2), .integer(3)])
        }
    }

    @Test func eventsAppendedWhileTheFirstBuildIsMadeAreInIt() async throws {
        let history = AccountHistory.random(60, seed: 43)
        for unit in 1...4 {
            try await withStore { store in
                try await store.append(Array(history[..<40]), by: 10)
                let stepped = SteppedStore(store) { number in
                    if number == unit { try await store.append(Array(history[40...]), by: 5) }
                }
                let engine = try ProjectionEngine(
                    store: stepped,
                    projections: [accounts.projection(mode: .inline)],
                    logger: .silent,
                    configuration: .init(batchSize: 9)
                )
                try await engine.prepare()
                #expect(try await accounts.rows(in: store) == AccountRows(history), "before unit \(unit)")
            }
        }
    }

    // guarantees: G6
    @Test func aRebuildOfAnInlineProjectionMissesNothing() async throws {
        try await withStore { store in
            let (first, second) = (
                AccountHistory.random(200, seed: 44), AccountHistory.random(200, seed: 45, firstAccount: 1_000)
            )
            try await store.append(first, by: 20)
            let engine = try engine(on: store)
            try await engine.prepare()
            let name = accounts.name
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await store.append(second) }
                group.addTask { for _ in 0..<3 { _ = try await engine.rebuild(name) } }
                try await group.waitForAll()
            }
            #expect(try await accounts.rows(in: store) == AccountRows(first + second))
        }
    }

    // guarantees: G1
    @Test func whatAnotherProgramAppendsIsMadeUpForWhileTheEngineRuns() async throws {
        try await withStore { store in
            let hooked = HookedStore(store)
            let engine = try engine(on: hooked, gapLimit: 5)
            try await engine.prepare()
            let history = AccountHistory.random(60, seed: 46)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await engine.run() }
                // This program knows nothing of the projection.
                try await store.append(history)
                try await engine.wait(until: store.head(), timeout: .seconds(60))
                #expect(try await accounts.rows(in: store) == AccountRows(history))
                // Nor is it too much for the next append.
                try await hooked.append(AccountHistory.random(1, seed: 47, firstAccount: 1_000))
                #expect(try await accounts.rows(in: store).open == AccountRows(history).open + 1)
                group.cancelAll()
                try await group.waitForAll()
            }
        }
    }

    // guarantees: G1
    @Test func aProgramThatOnlyAttachesTakesTheRowsAlongAndBuildsNothing() async throws {
        try await withStore { store in
            let other = HookedStore(store)
            let attached = try engine(on: other)
            try await attached.attach()
            try await other.append([.init(stream: "account-1", event: Opened(owner: "ada"))])
            #expect(try await store.builds(of: accounts.name).isEmpty)
            try await engine(on: HookedStore(store)).prepare()
            try await attached.attach()
            try await other.append([.init(stream: "account-1", event: Deposited(cents: 7))])
            #expect(try await accounts.rows(in: store).accounts == [[.text("1"), .text("ada"), .integer(7)]])
        }
    }

    // guarantees: G14
    @Test(arguments: [(0, 1, "batchSize"), (256, -1, "gapLimit")])
    func aSettingOutOfItsRangeIsNamed(_ batchSize: Int, _ gapLimit: Int, _ setting: String) throws {
        let error = #expect(throws: InvalidSetting.self) {
            try ProjectionEngine(
                store: InMemoryStore(),
                projections: [accounts.projection()],
                logger: .silent,
                configuration: .init(batchSize: batchSize, gapLimit: gapLimit)
            )
        }
        #expect(error?.setting == setting)
    }
}
