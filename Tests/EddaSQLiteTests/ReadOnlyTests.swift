import EddaCore
import EddaSQLite
import EddaTesting
import Foundation
import Testing

// acceptance: 63; guarantees: G14

@Suite struct ReadOnlyTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func reader(_ name: String = "test.db") async throws -> SQLiteStore {
        var configuration = SQLiteStore.Configuration()
        configuration.opening = .readOnly
        return try await folder.store(name, configuration: configuration)
    }

    private func event(_ type: EventType = "a") -> EventData { EventData(type: type, data: [1]) }

    @Test func itReadsWhatIsThereAlsoWhenNobodyRuns() async throws {
        let owner = try await folder.store()
        try await owner.append(Append([event()], to: "s-1"))
        await owner.close()
        let store = try await reader()
        #expect(try await store.events(in: "s-1").map(\.data) == [[1]])
        #expect(try await store.diagnostics().contains { $0.name == "format" })
        #expect(store.writerDiagnostics.isEmpty)
        await store.close()
        await #expect(throws: StoreError.self) { try await store.head() }
    }

    @Test func itRefusesToWrite() async throws {
        await (try folder.store()).close()
        let store = try await reader()
        func expectRefused(_ body: () async throws -> Void) async {
            let error = await #expect(throws: StoreError.self) { try await body() }
            #expect(error?.code == .readOnly)
            #expect(error?.description.contains(store.path) == true)
        }
        await expectRefused { _ = try await store.append(Append([event()], to: "s-1")) }
        await expectRefused { try await store.write { try $0.setCheckpoint("c", to: Position(1)) } }
        #expect(try await store.head() == .start)
        await store.close()
    }

    @Test(.timeLimit(.minutes(2)))
    func itFollowsItsOwner() async throws {
        let owner = try await folder.store()
        let store = try await reader()
        let progress = Signal()
        let following = Task {
            var types: [EventType] = []
            for try await event in store.subscribe() {
                types.append(event.type)
                progress.raise()
                if types.count == 3 { break }
            }
            return types
        }
        for (count, type) in ["first", "second", "third"].enumerated() {
            try await owner.append(Append([event(EventType(unchecked: type))], to: "s-1"))
            try await progress.wait(past: UInt64(count))
        }
        #expect(try await following.value == ["first", "second", "third"])
        await store.close()
        await owner.close()
    }

    @Test func itChangesNothingInTheFolderOfABackupLikeFile() async throws {
        let owner = try await folder.store()
        try await owner.append(Append([event()], to: "s-1"))
        await owner.close()
        for file in try FileManager.default.contentsOfDirectory(atPath: folder.path) where file != "test.db" {
            try FileManager.default.removeItem(atPath: folder.file(file))
        }
        try RawDatabase(folder.file()).execute("PRAGMA journal_mode = DELETE")
        let before = try Data(contentsOf: URL(filePath: folder.file()))
        let store = try await reader()
        #expect(try await store.head() == Position(1))
        await store.close()
        #expect(try Data(contentsOf: URL(filePath: folder.file())) == before)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["test.db"])
    }

    @Test func whatIsNoDatabaseOfThisFormatIsRefusedByNameAndUntouched() async throws {
        func expectRefused(_ name: String, _ code: StoreError.Code, _ word: String) async {
            let error = await #expect(throws: StoreError.self) { try await reader(name) }
            #expect(error?.code == code)
            #expect(error?.description.contains(name) == true, "\(error?.description ?? "")")
            #expect(error?.description.contains(word) == true, "\(error?.description ?? "")")
        }
        await expectRefused("missing.db", .cannotOpen, "no database")
        #expect(!FileManager.default.fileExists(atPath: folder.file("missing.db")))

        #expect(FileManager.default.createFile(atPath: folder.file("empty.db"), contents: nil))
        await expectRefused("empty.db", .cannotOpen, "empty")

        try FileManager.default.createDirectory(atPath: folder.file("folder.db"), withIntermediateDirectories: false)
        await expectRefused("folder.db", .cannotOpen, "no file")

        try RawDatabase(folder.file("foreign.db")).execute("CREATE TABLE theirs (x)")
        await expectRefused("foreign.db", .cannotOpen, "another program")

        try String(repeating: "no database ", count: 100)
            .write(toFile: folder.file("text.db"), atomically: true, encoding: .utf8)
        await expectRefused("text.db", .corrupt, "no SQLite database")

        await (try folder.store("newer.db")).close()
        try RawDatabase(folder.file("newer.db")).execute("PRAGMA user_version = 99")
        await expectRefused("newer.db", .newerFormat, "99")

        try RawDatabase(folder.file("unset.db")).execute("PRAGMA application_id = 1162101825; CREATE TABLE x (y)")
        await expectRefused("unset.db", .corrupt, "format 0")
    }
}
