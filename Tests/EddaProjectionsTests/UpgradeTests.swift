import EddaCore
import EddaProjections
import EddaSQLite
import EddaTesting
import Testing

@Suite struct UpgradeTests {
    let accounts = Accounts("up")
    let history = AccountHistory.random(60, seed: 31)

    /// Version 2: other columns under the same name, and one table less.
    var second: Projection {
        let table = Table("up_accounts", "account TEXT PRIMARY KEY, deposits INTEGER NOT NULL")
        return Projection("up", version: 2, tables: table) {
            On(Opened.self) { _, context in
                try context.execute("INSERT INTO \(table) VALUES (\(context.key), 0)")
            }
            On(Deposited.self) { _, context in
                try context.execute("UPDATE \(table) SET deposits = deposits + 1 WHERE account = \(context.key)")
            }
        }
    }

    func engine(_ projection: Projection, on store: any Store) throws -> ProjectionEngine {
        try ProjectionEngine(
            store: store,
            projections: [projection],
            logger: .silent,
            configuration: .init(batchSize: 8)
        )
    }

    // acceptance: 31
    @Test func theOldVersionIsReadableUntilTheNewOneIsComplete() async throws {
        try await withStore { store in
            try await store.append(history, by: 20)
            try await engine(accounts.projection(), on: store).prepare()
            let (accounts, expected) = (accounts, AccountRows(history))
            let checks = Shared(0)
            let stepped = SteppedStore(store) { _ in
                guard try await store.live("up")?.version == 1 else { return }
                #expect(try await accounts.rows(in: store) == expected)
                checks.update { $0 += 1 }
            }
            try await engine(second, on: stepped).prepare()
            #expect(checks.get() > 3)

            let live = try #require(try await store.live("up"))
            #expect(live.version == 2 && live.build == 2 && live.tables == ["up_accounts"])
            #expect(try await store.builds(of: "up") == [live])
            let sum = try await store.read { try $0.rows("SELECT sum(deposits) AS n FROM up_accounts") }
            #expect(try sum[0].value("n", as: Int.self) == history.filter { $0.event is Deposited }.count)
            await #expect(throws: StoreError.self, "the view of the table that is gone is gone too") {
                try await store.read { try $0.rows("SELECT * FROM up_totals") }
            }
        }
    }

    @Test func anInterruptedUpgradeIsContinued() async throws {
        try await withStore { store in
            try await store.append(history, by: 20)
            try await engine(accounts.projection(), on: store).prepare()
            let faulty = SteppedStore(store, failing: (3, .beforeCommit))
            await #expect(throws: SteppedStore.InjectedFault.self) { try await engine(second, on: faulty).prepare() }
            let left = try #require(try await store.builds(of: "up").first { $0.status == .building })
            #expect(left.position > .start)
            let again = SteppedStore(store)
            try await engine(second, on: again).prepare()
            #expect(try await store.live("up")?.build == left.build)
        }
    }

    @Test func anOlderProgramIsRefused() async throws {
        try await withStore { store in
            try await store.append(history, by: 20)
            try await engine(second, on: store).prepare()
            let older = try engine(accounts.projection(mode: .inline), on: store)
            for attempt in [older.prepare, older.catchUp, older.run, { _ = try await older.rebuild("up") }] {
                let error = await #expect(throws: ProjectionError.self) { try await attempt() }
                #expect(error?.code == .olderProgram)
                #expect(error?.description.contains("version 2") == true)
                #expect(error?.description.contains("version 1") == true)
            }
            #expect(try await store.builds(of: "up").map(\.version) == [2])
            // Its appends would leave the newer rows behind, so they fail.
            let head = try await store.head()
            await #expect(throws: ProjectionError.self) {
                try await store.append([Opened(owner: "x")], to: "account-new")
            }
            #expect(try await store.head() == head)
        }
    }

    @Test func aProgramThatIsOvertakenStopsWriting() async throws {
        try await withStore { store in
            try await store.append(history, by: 20)
            let first = try engine(accounts.projection(), on: store)
            try await first.prepare()
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await first.run() }
                let newer = try engine(second, on: store)
                try await newer.prepare()
                try await store.append([Opened(owner: "x"), Deposited(cents: 1)], to: "account-new")
                try await newer.catchUp()
                group.cancelAll()
                try await group.waitForAll()
            }
            let rows = try await store.read { try $0.rows("SELECT deposits FROM up_accounts WHERE account = 'new'") }
            #expect(rows.map(\.values) == [[.integer(1)]])
            #expect(try await store.builds(of: "up").map(\.version) == [2])
        }
    }

    @Test func otherTablesNeedAnotherVersion() async throws {
        try await withStore { store in
            try await engine(accounts.projection(), on: store).prepare()
            let changed = Projection("up", version: 1, tables: Table("up_other", "a INTEGER")) {}
            let error = await #expect(throws: ProjectionError.self) { try await engine(changed, on: store).prepare() }
            #expect(error?.code == .definitionChanged)
        }
    }

    @Test func preparingAgainChangesNothing() async throws {
        try await withStore { store in
            try await store.append(history, by: 20)
            let engine = try engine(accounts.projection(), on: store)
            try await engine.prepare()
            let before = try await store.builds(of: "up")
            let stepped = SteppedStore(store)
            try await self.engine(accounts.projection(), on: stepped).prepare()
            try await engine.prepare()
            #expect(try await store.builds(of: "up") == before)
            #expect(stepped.count == 0)
        }
    }
}
