import EddaCore
import EddaSQLite
import EddaTesting
import Foundation
import Synchronization
import Testing

// guarantees: G2, G12

@Suite struct BackupTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func append(_ count: Int, to store: SQLiteStore, bytes: Int = 10) async throws {
        for index in 0..<count {
            let event = EventData(type: "a", tags: ["t"], data: [UInt8](repeating: UInt8(index % 256), count: bytes))
            _ = try await store.append(Append([event], to: StreamID(unchecked: "s-\(index % 5)")))
        }
    }

    private func reader(_ name: String) async throws -> SQLiteStore {
        var configuration = SQLiteStore.Configuration()
        configuration.opening = .readOnly
        return try await folder.store(name, configuration: configuration)
    }

    private func files() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { !$0.hasPrefix("test.db") }.sorted()
    }

    @Test func theBackupIsADatabaseByItself() async throws {
        let store = try await folder.store()
        try await append(20, to: store)
        let backup = try await store.backup(to: folder.file("copy.db"))
        #expect(backup.head == Position(20) && backup.generation == 1)
        #expect(backup.path.hasSuffix("/copy.db") && backup.bytes > 0)
        #expect(try files() == ["copy.db"])
        let copy = try await reader("copy.db")
        let (events, copied) = (try await store.events().events, try await copy.events().events)
        #expect(events == copied)
        #expect(try await copy.verify().findings == [])
        await copy.close()
        // Reading it has made no file beside it, so it may stand on a read-only medium.
        #expect(try files() == ["copy.db"])
        await store.close()

        let writable = try await folder.store("copy.db")
        let result = try await writable.append(Append([EventData(type: "a", data: [])], to: "s-1"))
        #expect(result.positions?.lowerBound == Position(21))
        await writable.close()
    }

    @Test(.timeLimit(.minutes(2))) func aBackupDuringHeavyAppendsIsAPrefix() async throws {
        let store = try await folder.store()
        try await append(1_500, to: store, bytes: 4_000)
        let before = try await store.head()
        let writing = Task {
            var count = 0
            while !Task.isCancelled {
                try await append(20, to: store, bytes: 4_000)
                count += 20
            }
            return count
        }
        let steps = Mutex<[SQLiteStore.BackupProgress]>([])
        let backup = try await store.backup(to: folder.file("copy.db")) { progress in
            steps.withLock { $0.append(progress) }
        }
        writing.cancel()
        _ = try? await writing.value
        // It never began anew: every step has copied more of the same number of pages.
        let progress = steps.withLock { $0 }
        #expect(progress.count > 2)
        #expect(Set(progress.map(\.pages)).count == 1)
        #expect(zip(progress, progress.dropFirst()).allSatisfy { $0.donePages < $1.donePages })

        let copy = try await reader("copy.db")
        #expect(backup.head >= before)
        #expect(try await copy.head() == backup.head)
        let (events, copied) = (
            try await store.events(upTo: backup.head, limit: .max).events, try await copy.events(limit: .max).events
        )
        #expect(events == copied)
        #expect(try await copy.verify().findings == [])
        await copy.close()
        await store.close()
    }

    @Test func aReadOnlyStoreMakesBackupsToo() async throws {
        let owner = try await folder.store()
        try await append(3, to: owner)
        let store = try await reader("test.db")
        #expect(try await store.backup(to: folder.file("copy.db")).head == Position(3))
        await store.close()
        await owner.close()
        await #expect(throws: StoreError.self) { try await owner.backup(to: folder.file("late.db")) }
        #expect(try files() == ["copy.db"])
    }

    @Test func aPathDoesNotEndAtItsFirstZero() async throws {
        let store = try await folder.store()
        let error = await #expect(throws: StoreError.self) { try await store.backup(to: folder.file("copy.db\u{0}x")) }
        #expect(error?.code == .invalidArgument)
        await #expect(throws: StoreError.self) { try await SQLiteStore(path: folder.file("other.db\u{0}x")) }
        #expect(try files() == [])
        await store.close()
    }

    @Test func whatIsThereStaysUnlessItIsToBeReplaced() async throws {
        let store = try await folder.store()
        try await append(1, to: store)
        try Data("mine".utf8).write(to: URL(filePath: folder.file("copy.db")))
        let error = await #expect(throws: StoreError.self) { try await store.backup(to: folder.file("copy.db")) }
        #expect(error?.code == .invalidArgument)
        #expect(error?.description.contains("copy.db is there already") == true)
        #expect(try Data(contentsOf: URL(filePath: folder.file("copy.db"))) == Data("mine".utf8))
        #expect(try files() == ["copy.db"])
        #expect(try await store.backup(to: folder.file("copy.db"), replacing: true).head == Position(1))
        await store.close()
    }

    @Test func pathsThatCannotBeABackupAreRefusedByName() async throws {
        let store = try await folder.store()
        try FileManager.default.createDirectory(atPath: folder.file("folder"), withIntermediateDirectories: false)
        try Data().write(to: URL(filePath: folder.file("used.db-wal")))
        for (path, word) in [
            ("test.db", "the database itself"), ("folder", "no file"), ("nowhere/copy.db", "Create it first"),
            ("used.db", "used.db-wal"), ("folder/", "no path"),
        ] {
            let error = await #expect(throws: StoreError.self) {
                try await store.backup(to: folder.file(path), replacing: true)
            }
            #expect(error?.code == .invalidArgument)
            #expect(error?.description.contains(word) == true, "\(error?.description ?? "")")
        }
        #expect(try files() == ["folder", "used.db-wal"])
        await store.close()
    }

    @Test func aCancelledBackupLeavesNothing() async throws {
        let store = try await folder.store()
        try await append(400, to: store, bytes: 8_000)
        let backup = Task {
            try await store.backup(to: folder.file("copy.db")) { _ in withUnsafeCurrentTask { $0?.cancel() } }
        }
        await #expect(throws: CancellationError.self) { try await backup.value }
        #expect(try files() == [])
        await store.close()
    }

    @Test(.timeLimit(.minutes(2))) func twoBackupsToOnePathDoNotMix() async throws {
        let store = try await folder.store()
        try await append(400, to: store, bytes: 8_000)
        let (isUnderWay, underWay) = AsyncStream.makeStream(of: Void.self)
        let release = DispatchSemaphore(value: 0)
        let first = Task {
            let hasWaited = Mutex(false)
            return try await store.backup(to: folder.file("copy.db")) { _ in
                underWay.yield()
                if hasWaited.withLock({ has in
                    defer { has = true }; return !has
                }) {
                    release.wait()
                }
            }
        }
        for await _ in isUnderWay { break }
        let error = await #expect(throws: StoreError.self) { try await store.backup(to: folder.file("copy.db")) }
        #expect(error?.code == .locked)
        release.signal()
        #expect(try await first.value.head == Position(400))
        await store.close()
    }

    @Test(.timeLimit(.minutes(2))) func aKillInTheMiddleLeavesNoBackupAndDoesNotHinderTheNext() async throws {
        let store = try await folder.store()
        try await append(600, to: store, bytes: 8_000)
        await store.close()
        let (path, target) = (folder.file(), folder.file("copy.db"))
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String, target = target as String] in
            let store = try await SQLiteStore(path: path)
            try await store.backup(to: target) { progress in
                if progress.donePages * 2 > progress.pages { kill(getpid(), SIGKILL) }
            }
        }
        #expect(!FileManager.default.fileExists(atPath: target))
        #expect(try files() == ["copy.db.edda-partial"])
        let again = try await folder.store()
        #expect(try await again.backup(to: target).head == Position(600))
        #expect(try files() == ["copy.db"])
        await again.close()
    }

    // guarantees: G14
    @Test func filesOfTheDatabaseAndOfOthersAreNotReplaced() async throws {
        let store = try await folder.store()
        try await append(3, to: store)
        for suffix in ["", "-wal", "-shm", ".lock", ".lock.next", ".notify"] {
            let error = await #expect(throws: StoreError.self) {
                try await store.backup(to: folder.file("test.db" + suffix), replacing: true)
            }
            #expect(error?.code == .invalidArgument, "\(suffix)")
        }
        // Where it would be made, there is something else.
        try Data("notes".utf8).write(to: URL(filePath: folder.file("copy.db.edda-partial")))
        let error = await #expect(throws: StoreError.self) { try await store.backup(to: folder.file("copy.db")) }
        #expect(error?.description.contains("is no backup") == true)
        #expect(try files() == ["copy.db.edda-partial"])
        #expect(try String(contentsOfFile: folder.file("copy.db.edda-partial"), encoding: .utf8) == "notes")
        try await append(1, to: store)
        #expect(try await store.head() == Position(4))
        await store.close()

        let odd = try await folder.store("odd.edda-partial")
        try await append(1, to: odd)
        await #expect(throws: StoreError.self) { try await odd.backup(to: folder.file("odd")) }
        #expect(try await odd.events().events.count == 1)
        await odd.close()
    }
}
