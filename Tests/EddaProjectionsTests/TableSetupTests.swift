import EddaCore
import EddaProjections
import EddaSQLite
import EddaTesting
import Testing

/// What the database says to the tables of a projection.
@Suite struct TableSetupTests {
    func failure(preparing projection: Projection, on store: any Store) async -> ProjectionError? {
        do {
            try await ProjectionEngine(store: store, projections: [projection], logger: .silent).prepare()
            return nil
        } catch {
            return error as? ProjectionError
        }
    }

    @Test func wrongColumnsAreNamedAndLeaveNothing() async throws {
        try await withStore { store in
            let tables = [
                Table("broken", "this is, no (SQL"), Table("broken", ""),
                Table("broken", "a INTEGER", indexes: ["x": "no_such_column"]),
            ]
            for table in tables {
                let sound = Table("sound", "a INTEGER")
                let error = await failure(preparing: Projection("shop", version: 1, tables: sound, table) {}, on: store)
                #expect(error?.code == .badTable && error?.projection == "shop")
                #expect(error?.description.contains("shop") == true && error?.description.contains("broken") == true)
                #expect(error?.underlying is StoreError)
                #expect(try await store.builds(of: "shop").isEmpty)
                let left = try await store.read {
                    try $0.rows("SELECT name FROM sqlite_master WHERE name LIKE 'sound%'")
                }
                #expect(left.isEmpty)
            }
        }
    }

    @Test func aNameThatSomethingElseHasIsRefusedAtOnce() async throws {
        try await withStore { store in
            _ = try await store.write { try $0.execute("CREATE TABLE mine (a INTEGER)") }
            let error = await failure(
                preparing: Projection("shop", version: 1, tables: Table("mine", "a INTEGER")) {},
                on: store
            )
            #expect(error?.code == .badTable)
            #expect(try await store.builds(of: "shop").isEmpty)
        }
    }

    @Test func aTableOfAnotherProjectionOfTheStoreIsRefused() async throws {
        try await withStore { store in
            let first = Projection("first", version: 1, tables: Table("shared", "a INTEGER")) {}
            let second = Projection("second", version: 1, tables: Table("SHARED", "a INTEGER")) {}
            #expect(await failure(preparing: first, on: store) == nil)
            let error = await failure(preparing: second, on: store)
            #expect(error?.code == .tableTaken)
            #expect(error?.description.contains("first") == true && error?.description.contains("second") == true)
        }
    }

    @Test func indexesAreMadeAndHandlersReadTheirTables() async throws {
        try await withStore { store in
            let table = Table("seen", "owner TEXT, n INTEGER", indexes: ["by_owner": "owner"])
            let projection = Projection("seen", version: 1, mode: .inline, tables: table) {
                On(Opened.self) { event, context in
                    let before = try context.rows("SELECT count(*) AS n FROM \(table) WHERE owner = \(event.owner)")
                    let count: Int = try before[0].value("n")
                    try context.execute("INSERT INTO \(table) VALUES (\(event.owner), \(count + 1))")
                }
            }
            #expect(await failure(preparing: projection, on: store) == nil)
            try await store.append([Opened(owner: "ada"), Opened(owner: "ada")], to: "account-1")
            let rows = try await store.read { try $0.rows("SELECT n FROM seen ORDER BY n") }
            #expect(rows.map(\.values) == [[.integer(1)], [.integer(2)]])
            let plan = try await store.read {
                try $0.rows("EXPLAIN QUERY PLAN SELECT * FROM seen WHERE owner = 'ada'")
            }
            #expect(plan.contains { $0.values.contains { "\($0)".contains("seen__1_1__by_owner") } })
        }
    }

    @Test func aLargeRetiredTableGoesInPages() async throws {
        try await withStore { store in
            let table = Table("many", "n INTEGER, rowid TEXT")
            let projection = Projection("many", version: 1, tables: table) {
                On(Opened.self) { _, context in
                    try context.execute(
                        """
                        WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 2500)
                        INSERT INTO \(table) SELECT n, NULL FROM c
                        """
                    )
                }
            }
            try await store.append([Opened(owner: "ada")], to: "account-1")
            let engine = try ProjectionEngine(store: store, projections: [projection], logger: .silent)
            try await engine.prepare()
            _ = try await engine.rebuild("many")
            #expect(try await store.builds(of: "many").map(\.build) == [2])
            let rows = try await store.read { try $0.rows("SELECT count(*) AS n FROM many") }
            #expect(try rows[0].value("n", as: Int.self) == 2_500)
        }
    }
}
