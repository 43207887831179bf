import EddaCore
import EddaTesting
import Foundation
import Testing

@testable import EddaSQLite

@Suite struct RestorationTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func append(_ count: Int, to store: SQLiteStore) async throws {
        for _ in 0..<count { _ = try await store.append(Append([EventData(type: "a", data: [])], to: "s-1")) }
    }

    /// What an operator does: nobody has the database open, the old log is removed, the backup takes its place.
    private func restore(_ backup: String) throws {
        for suffix in ["", "-wal", "-shm"] {
            try? FileManager.default.removeItem(atPath: folder.file() + suffix)
        }
        try FileManager.default.copyItem(atPath: folder.file(backup), toPath: folder.file())
    }

    private func generation(_ store: SQLiteStore) async throws -> Int { try await store.cursor().generation }

    @Test func aRestoredDatabaseBeginsANewGenerationAtTheHeadOfTheBackup() async throws {
        let store = try await folder.store()
        try await append(3, to: store)
        #expect(try await store.cursor() == Cursor(generation: 1, position: Position(3)))
        try await store.backup(to: folder.file("backup.db"))
        try await append(4, to: store)
        let (old, seen) = (Cursor(generation: 1, position: Position(3)), try await store.cursor())
        await store.close()

        try restore("backup.db")
        let restored = try await folder.store()
        #expect(try await restored.cursor() == Cursor(generation: 2, position: Position(3)))
        let restorations = try await restored.read { try $0.restorations() }
        #expect(restorations.map(\.generation) == [2] && restorations.map(\.head) == [Position(3)])

        #expect(try await restored.position(of: old) == Position(3))
        #expect(try await restored.position(of: .start) == .start)
        let error = await #expect(throws: StaleCursor.self) { try await restored.position(of: seen) }
        #expect(error == StaleCursor(cursor: seen, generation: 2, head: Position(3), agreesUpTo: Position(3)))
        await #expect(throws: StaleCursor.self) { try await restored.subscribe(after: seen) }

        // Also when the positions have been given again.
        try await append(10, to: restored)
        await #expect(throws: StaleCursor.self) { try await restored.position(of: seen) }
        var events = try await restored.subscribe(after: old).makeAsyncIterator()
        #expect(try await events.next()?.position == Position(4))
        let facts = try await restored.diagnostics()
        #expect(facts.first { $0.name == "generation" }?.value.hasPrefix("2, restored to position 3") == true)
        #expect(try await restored.verify().findings == [])
        await restored.close()
    }

    /// A reader that goes on after a restoration reads the present generation, and its cursor has to say so.
    @Test func aRenewedCursorStaysTrueBehindTheRestoration() async throws {
        let store = try await folder.store()
        try await append(3, to: store)
        try await store.backup(to: folder.file("backup.db"))
        let saved = try await store.cursor(at: Position(2))
        try await append(1, to: store)
        let seen = try await store.cursor()
        await store.close()
        try restore("backup.db")

        let restored = try await folder.store()
        try await append(5, to: restored)
        var cursor = try await restored.renewed(saved)
        #expect(cursor == Cursor(generation: 2, position: Position(2)))
        for event in try await restored.events(after: cursor.position).events {
            cursor = cursor.advanced(to: event.position)
        }
        #expect(cursor == Cursor(generation: 2, position: Position(8)))
        #expect(try await restored.renewed(cursor) == cursor)
        await #expect(throws: StaleCursor.self) { try await restored.renewed(seen) }
        await restored.close()
    }

    @Test func openingAgainAndACrashBeginNoGeneration() async throws {
        let path = folder.file()
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
            let store = try await SQLiteStore(path: path)
            for _ in 0..<5 { _ = try await store.append(Append([EventData(type: "a", data: [])], to: "s-1")) }
            kill(getpid(), SIGKILL)
        }
        for _ in 0..<3 {
            let store = try await folder.store()
            #expect(try await generation(store) == 1)
            #expect(try await store.head() >= Position(5))
            try await append(1, to: store)
            await store.close()
        }
    }

    @Test func aFileBesideItThatIsGoneOrGarbageSaysNothing() async throws {
        for garbage in [nil, Data(), Data("garbage".utf8), Data(repeating: 0, count: 61)] as [Data?] {
            let store = try await folder.store()
            try await append(2, to: store)
            await store.close()
            try FileManager.default.removeItem(atPath: folder.file() + ".notify")
            try garbage?.write(to: URL(filePath: folder.file() + ".notify"))
            let again = try await folder.store()
            #expect(try await generation(again) == 1)
            await again.close()
        }
    }

    @Test func backupsOfDifferentAgesCutEveryCursorWhereTheDatabasesPart() async throws {
        var store = try await folder.store()
        try await append(10, to: store)
        try await store.backup(to: folder.file("a.db"))
        try await append(8, to: store)
        try await store.backup(to: folder.file("b.db"))
        try await append(2, to: store)
        await store.close()

        try restore("a.db")
        store = try await folder.store()
        #expect(try await store.cursor() == Cursor(generation: 2, position: Position(10)))
        try await append(5, to: store)
        let second = try await store.cursor()
        await store.close()

        // Its head, 18, is not behind the 15 of the second generation, but it knows nothing of that.
        try restore("b.db")
        store = try await folder.store()
        #expect(try await store.cursor() == Cursor(generation: 3, position: Position(18)))
        #expect(try await store.read { try $0.restorations() }.map(\.head) == [Position(10)])
        await #expect(throws: StaleCursor.self) { try await store.position(of: second) }
        #expect(try await store.position(of: Cursor(generation: 2, position: Position(10))) == Position(10))
        await store.close()
        // Nothing was restored since.
        store = try await folder.store()
        #expect(try await generation(store) == 3)
        await store.close()
    }

    @Test func aCursorOfAnotherDatabaseIsRefused() async throws {
        let store = try await folder.store()
        try await append(2, to: store)
        for cursor in [Cursor(generation: 1, position: Position(3)), Cursor(generation: 4, position: Position(1))] {
            let error = await #expect(throws: StaleCursor.self) { try await store.position(of: cursor) }
            #expect(error?.description.contains("\(cursor)") == true)
        }
        await store.close()
    }

    @Test func aDatabaseThatIsMadeAnewInItsPlaceIsANewGeneration() async throws {
        var store = try await folder.store()
        try await append(2, to: store)
        await store.close()
        for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: folder.file() + suffix) }
        store = try await folder.store()
        #expect(try await store.cursor() == Cursor(generation: 2, position: .start))
        await store.close()
    }

    @Test func aToolTellsOfARestorationThatTheOwnerHasNotSeenYet() async throws {
        let owner = try await folder.store()
        try await append(1, to: owner)
        try await owner.backup(to: folder.file("backup.db"))
        try await append(1, to: owner)
        await owner.close()
        try restore("backup.db")
        var configuration = SQLiteStore.Configuration()
        configuration.opening = .readOnly
        let tool = try await folder.store(configuration: configuration)
        let fact = try await tool.diagnostics().first { $0.name == "generation" }
        #expect(fact?.verdict == .note)
        #expect(fact?.advice?.contains("restored") == true)
        #expect(try await generation(tool) == 1)
        await tool.close()
    }

    // MARK: The mark

    @Test func aMarkIsReadAsItWasWritten() {
        let marks = [
            LogMark(generation: 1, head: 0),
            LogMark(
                generation: 3,
                head: .max,
                restorations: [.init(generation: 2, head: 7), .init(generation: 3, head: 5)]
            ),
        ]
        for mark in marks {
            #expect(LogMark(mark.lines) == mark)
            #expect(mark.line.count == LogMark.lineLength)
            #expect(Array(mark.lines.prefix(LogMark.lineLength)) == mark.line)
        }
    }

    @Test func aMarkThatIsTornSaysNothing() {
        let line = LogMark(generation: 1, head: 1_042).line
        for index in line.indices {
            var torn = line
            torn[index] ^= 1
            #expect(LogMark(torn) == nil, "byte \(index)")
            #expect(LogMark(Array(line.prefix(index))) == nil)
        }
        // Of the lines after the first only those count that are whole.
        let mark = LogMark(generation: 2, head: 9, restorations: [.init(generation: 2, head: 5)])
        #expect(LogMark(mark.lines.dropLast()) == LogMark(generation: 2, head: 9))
    }

    @Test(
        arguments: [
            (1, 10, nil), (1, 11, nil), (2, 3, nil), (1, 9, 9), (0, 50, 4), (0, 3, 3),
        ] as [(Int64, Int64, Int64?)]
    )
    func whatIsBehindTheMarkWasRestored(generation: Int64, head: Int64, restored: Int64?) {
        let mark = LogMark(generation: 1, head: 10, restorations: [.init(generation: 1, head: 4)])
        #expect(mark.restoredHead(generation: generation, head: head) == restored)
    }
}
