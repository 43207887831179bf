import EddaCore
import EddaMigrations
import EddaSQLite
import EddaTesting
import Foundation
import Testing

// acceptance: 12, 63; guarantees: G14

@Suite struct FormatTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test func aForeignConnectionCannotChangeEvents() async throws {
        let store = try await folder.store()
        try await store.append(Append([EventData(type: "a", data: [1])], to: "s-1"))
        let foreign = try RawDatabase(folder.file())
        #expect(throws: RawDatabase.Failure.self) { try foreign.execute("UPDATE edda_events SET data = x'00'") }
        #expect(throws: RawDatabase.Failure.self) { try foreign.execute("DELETE FROM edda_events") }
        #expect(throws: RawDatabase.Failure.self) {
            try foreign.execute(
                """
                INSERT INTO edda_events SELECT 1, stream, 9, category, type, 1, 0, x'01', '', '', '', '', '' FROM edda_events
                """
            )
        }
        #expect(try await store.events(in: "s-1").map(\.data) == [[1]])
        await store.close()
    }

    @Test func aDatabaseOfAnotherProgramIsRefusedAndUntouched() async throws {
        let foreign = try RawDatabase(folder.file())
        try foreign.execute("CREATE TABLE theirs (x); INSERT INTO theirs VALUES (1)")
        let error = await #expect(throws: StoreError.self) { try await folder.store() }
        #expect(error?.code == .cannotOpen)
        #expect(error?.description.contains(folder.file()) == true)
        #expect(try foreign.rows("SELECT name FROM sqlite_schema") == ["theirs"])
        #expect(try foreign.rows("PRAGMA journal_mode") == ["delete"])
    }

    @Test func aFileThatIsNoDatabaseIsRefused() async throws {
        try String(repeating: "not a database ", count: 100)
            .write(toFile: folder.file(), atomically: true, encoding: .utf8)
        let error = await #expect(throws: StoreError.self) { try await folder.store() }
        #expect(error?.code == .corrupt)
    }

    @Test func aNewerFormatIsRefusedByName() async throws {
        await (try folder.store()).close()
        try RawDatabase(folder.file()).execute("PRAGMA user_version = 99")
        let error = await #expect(throws: StoreError.self) { try await folder.store() }
        #expect(error?.code == .newerFormat)
        #expect(error?.description.contains("99") == true)
    }

    @Test(arguments: [-1, Int(Int32.min), 0], [SQLiteStore.Opening.readWrite, .readOnly])
    func aFormatThatEddaNeverWritesIsRefusedAndUntouched(_ format: Int, _ opening: SQLiteStore.Opening) async throws {
        let store = try await folder.store()
        try await store.append(Append([EventData(type: "a", data: [1])], to: "s-1"))
        await store.close()
        let foreign = try RawDatabase(folder.file())
        try foreign.execute("PRAGMA user_version = \(format)")
        var configuration = SQLiteStore.Configuration()
        configuration.opening = opening
        let error = await #expect(throws: StoreError.self) { try await folder.store(configuration: configuration) }
        #expect(error?.code == .corrupt)
        #expect(error?.description.contains("format \(format)") == true)
        #expect(try foreign.rows("PRAGMA user_version") == ["\(format)"])
        #expect(try foreign.rows("SELECT count(*) FROM edda_events") == ["1"])
    }

    @Test func aSecondStoreOnOneFileIsRefusedUntilTheFirstIsClosed() async throws {
        let store = try await folder.store()
        let error = await #expect(throws: StoreError.self) {
            try await SQLiteStore(path: folder.path + "/./test.db")
        }
        #expect(error?.code == .cannotOpen)
        await store.close()
        await (try folder.store()).close()
    }

    @Test func aStoreThatWasClosedLongAgoDoesNotLetAThirdOneIn() async throws {
        var first: SQLiteStore? = try await folder.store()
        await first?.close()
        let second = try await folder.store()
        await first?.close()
        first = nil
        let error = await #expect(throws: StoreError.self) { try await folder.store() }
        #expect(error?.code == .cannotOpen)
        await second.close()
    }

    @Test func aLinkIsTheFileItPointsTo() async throws {
        let store = try await folder.store()
        try FileManager.default.createSymbolicLink(atPath: folder.file("link.db"), withDestinationPath: folder.file())
        let error = await #expect(throws: StoreError.self) { try await folder.store("link.db") }
        #expect(error?.code == .cannotOpen)
        await store.close()
        let linked = try await folder.store("link.db")
        #expect(linked.path.hasSuffix("/test.db"))
        await linked.close()
        try FileManager.default.createSymbolicLink(
            atPath: folder.file("dangling.db"),
            withDestinationPath: folder.file("nowhere.db")
        )
        await #expect(throws: StoreError.self) { try await folder.store("dangling.db") }
    }

    @Test(arguments: ["", ":memory:", "file:x.db", "/nowhere/at/all/test.db", "/tmp/"])
    func aPathThatCannotBeADatabaseIsRefused(path: String) async throws {
        let error = await #expect(throws: StoreError.self) { try await SQLiteStore(path: path) }
        #expect(error?.code == .cannotOpen)
    }

    @Test func theMigrationsWorkByHandAsWell() async throws {
        await (try folder.store("embedded.db")).close()
        let byHand = try RawDatabase(folder.file("by-hand.db"))
        for step in Migrations.sqlite { try byHand.execute(step) }
        let schema = "SELECT type, name, sql FROM sqlite_schema ORDER BY name"
        #expect(try byHand.rows(schema) == RawDatabase(folder.file("embedded.db")).rows(schema))
        let store = try await folder.store("by-hand.db")
        try await store.append(Append([EventData(type: "a", data: [])], to: "s-1"))
        await store.close()
    }

    @Test func doctorIsToldVersionDurabilityAndSizes() async throws {
        var configuration = SQLiteStore.Configuration()
        configuration.durability = .normal
        let store = try await folder.store(configuration: configuration)
        let facts = try await store.diagnostics()
        #expect(facts.first { $0.name == "durability" }?.verdict == .note)
        #expect(facts.first { $0.name == "database" }?.value == store.path)
        #expect(facts.contains { $0.name == "sqlite" } && facts.contains { $0.name == "size.log" })
        await store.close()
    }
}
