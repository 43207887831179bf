import EddaCore
import EddaSQLite
import EddaTesting
import Testing

@Suite struct CallerSQLTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test func valuesAreBoundAndComeBack() async throws {
        let store = try await folder.store()
        let name = "O'Brien\"; DROP TABLE people; --"
        try await store.write { transaction in
            try transaction.execute("CREATE TABLE people (name TEXT, age INTEGER, score REAL, photo BLOB, note TEXT)")
            let none: String? = nil
            let changed = try transaction.execute(
                "INSERT INTO people VALUES (\(name), \(42), \(1.5), \([1, 2, 3] as [UInt8]), \(none))"
            )
            #expect(changed == 1)
        }
        let row = try await store.read { try $0.rows("SELECT * FROM people WHERE name = \(name)") }.first
        #expect(try row?.value("age") == 42)
        #expect(try row?.value("score") == 1.5)
        #expect(try row?.value("photo") == [1, 2, 3] as [UInt8])
        #expect(try row?.value("note", as: String?.self) == .some(nil))
        await store.close()
    }

    @Test func statementsThatReadTheSameButHaveOtherBytesAreOthers() async throws {
        let store = try await folder.store()
        let lengths = try await store.read { transaction in
            try ["caf\u{E9}", "cafe\u{301}"]
                .map { text in
                    let sql = SQL(stringLiteral: "SELECT length(CAST('\(text)' AS BLOB)) AS length")
                    return try transaction.rows(sql).first?.value("length", as: Int.self)
                }
        }
        #expect(lengths == [5, 6])
        await store.close()
    }

    @Test func aStatementDoesNotEndAtItsFirstZero() async throws {
        let store = try await folder.store()
        try await store.write { transaction in
            try transaction.execute("CREATE TABLE people (name TEXT)")
            try transaction.execute("INSERT INTO people VALUES ('Ada')")
        }
        let error = await #expect(throws: StoreError.self) {
            try await store.write { try $0.execute("DELETE FROM people \u{0} WHERE name = 'Bob'") }
        }
        #expect(error?.code == .badSQL)
        #expect(try await store.read { try $0.rows("SELECT name FROM people") }.count == 1)
        await store.close()
    }

    @Test(arguments: [
        "DELETE FROM edda_events", "UPDATE edda_log SET head = 0", "DROP TABLE edda_streams",
        "INSERT INTO edda_keys VALUES ('k', 1, 1, 1)", "CREATE TABLE edda_mine (x)",
        "DROP TRIGGER edda_events_no_delete",
        "CREATE INDEX mine ON edda_events (data)", "ALTER TABLE edda_events ADD COLUMN x", "COMMIT", "ROLLBACK",
        "BEGIN", "SAVEPOINT s", "RELEASE edda_unit", "PRAGMA foreign_keys = OFF", "ATTACH 'x.db' AS x",
        "CREATE TEMP TABLE edda_streams (x)", "CREATE TEMP TRIGGER t AFTER INSERT ON edda_events BEGIN SELECT 1; END",
        "CREATE VIRTUAL TABLE v USING fts5(x)", "CREATE TABLE a (x); CREATE TABLE b (x)", "SELECT", "", "-- nothing",
    ])
    func whatIsNotACallersToChangeIsRefusedAndTheUnitGoesOn(statement: String) async throws {
        let store = try await folder.store()
        try await store.append(Append([EventData(type: "a", data: [])], to: "s-1"))
        try await store.write { transaction in
            let error = #expect(throws: StoreError.self) {
                try transaction.execute(SQL(segments: [.text(statement)]))
            }
            #expect(error?.code == .badSQL)
            _ = try transaction.append(Append([EventData(type: "a", data: [])], to: "s-1"))
        }
        #expect(try await store.head() == Position(2))
        await store.close()
    }

    @Test func aReaderCannotWrite() async throws {
        let store = try await folder.store()
        try await store.write { _ = try $0.execute("CREATE TABLE mine (x)") }
        await #expect(throws: StoreError.self) {
            try await store.read { try $0.rows("INSERT INTO mine VALUES (1) RETURNING x") }
        }
        #expect(try await store.read { try $0.rows("SELECT * FROM mine") }.isEmpty)
        await store.close()
    }

    @Test func aFailedStatementUndoesItsUnitOnly() async throws {
        let store = try await folder.store()
        try await store.write { _ = try $0.execute("CREATE TABLE mine (x UNIQUE)") }
        await withTaskGroup(of: Bool.self) { group in
            for index in 0..<20 {
                group.addTask {
                    let unit: Void? = try? await store.write { transaction in
                        _ = try transaction.execute("INSERT INTO mine VALUES (\(index))")
                        if index.isMultiple(of: 2) { _ = try transaction.execute("INSERT INTO mine VALUES (\(index))") }
                    }
                    return unit != nil
                }
            }
            var succeeded = 0
            for await done in group where done { succeeded += 1 }
            #expect(succeeded == 10)
        }
        let left = try await store.read { try $0.rows("SELECT count(*) AS n FROM mine WHERE x % 2 = 0") }
        #expect(try left.first?.value("n") == 0)
        await store.close()
    }
}
