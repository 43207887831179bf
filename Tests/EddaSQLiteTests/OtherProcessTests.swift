import Dispatch
import EddaCore
import Foundation
import Testing

@testable import EddaSQLite

/// What other processes do to a store, without times: who waits, waits for a file or a signal.
@Suite struct OtherProcessTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func store(patience: Duration) async throws -> SQLiteStore {
        var configuration = SQLiteStore.Configuration()
        configuration.lockTimeout = patience
        return try await folder.store(configuration: configuration)
    }

    private static var event: Append { Append([EventData(type: "a", data: [])], to: "s-1") }

    private static func event(of size: Int) -> Append {
        Append([EventData(type: "a", data: [UInt8](repeating: 1, count: size))], to: "s-2")
    }

    /// Waits until a child has written its process id to a file.
    private func pid(from path: String) async throws -> pid_t {
        while true {
            if let text = try? String(contentsOfFile: path, encoding: .utf8), text.hasSuffix("\n"),
                let pid = pid_t(text.dropLast())
            {
                return pid
            }
            try await Task.sleep(for: .milliseconds(2))
        }
    }

    /// Tells the parent who the child is.
    private static func announce(at path: String) throws {
        try Data("\(getpid())\n".utf8).write(to: URL(filePath: path))
    }

    // acceptance: 58; guarantees: G14
    @Test(.timeLimit(.minutes(5)))
    func aForeignProcessStoppedInsideATransactionIsNamedAndWaitedForOnlySoLong() async throws {
        let store = try await store(patience: .milliseconds(100))
        let path = folder.file()
        let ready = folder.file("ready")
        async let child = #expect(processExitsWith: .success) { [path = path as String, ready = ready as String] in
            let raw = try RawDatabase(path)
            try raw.execute("BEGIN IMMEDIATE; CREATE TABLE theirs (x); INSERT INTO theirs VALUES (1)")
            try OtherProcessTests.announce(at: ready)
            raise(SIGSTOP)
            try raw.execute("COMMIT")
        }
        let pid = try await pid(from: ready)
        for _ in 0..<2 {
            let error = await #expect(throws: StoreError.self) { try await store.append(Self.event) }
            #expect(error?.code == .locked)
            #expect(error?.isRetriable == true)
            #if os(Linux)
            #expect(error?.description.contains("Process \(pid) ") == true, "\(String(describing: error))")
            #endif
        }
        #expect(try await store.head() == .start)
        // It is continued until it has ended: it may not have been stopped yet.
        while kill(pid, SIGCONT) == 0, (try? RawDatabase(path).rows("SELECT x FROM theirs")) != ["1"] {
            try await Task.sleep(for: .milliseconds(2))
        }
        _ = await child
        try await store.append(Self.event)
        #expect(try await store.head() == Position(1))
        #expect(try await store.read { try $0.rows("SELECT x FROM theirs").count } == 1)
        await store.close()
    }

    // acceptance: 58; guarantees: G1, G12
    @Test(.timeLimit(.minutes(5)))
    func aStoreKilledInsideAUnitIsNamedWhileItHangsAndLeavesNothing() async throws {
        let path = folder.file()
        let ready = folder.file("ready")
        await (try store(patience: .seconds(5))).close()
        async let child = #expect(processExitsWith: .signal(SIGKILL)) {
            [path = path as String, ready = ready as String] in
            let store = try await SQLiteStore(path: path)
            try await store.write { transaction in
                _ = try transaction.append(Append([EventData(type: "theirs", data: [])], to: "s-1"))
                try OtherProcessTests.announce(at: ready)
                raise(SIGSTOP)
            }
        }
        let pid = try await pid(from: ready)
        let error = await #expect(throws: StoreError.self) { try await store(patience: .milliseconds(100)) }
        #expect(error?.code == .locked)
        #expect(error?.description.contains("Process \(pid) ") == true, "\(String(describing: error))")
        kill(pid, SIGKILL)
        _ = await child
        let opened = try await store(patience: .seconds(5))
        try await opened.append(Self.event)
        #expect(try await opened.events(in: "s-1").map(\.type) == ["a"])
        await opened.close()
    }

    // acceptance: 20, 58; guarantees: G3
    @Test(.timeLimit(.minutes(5)))
    func processesThatTakeTurnsLoseNothing() async throws {
        let store = try await store(patience: .seconds(60))
        let path = folder.file()
        async let first = #expect(processExitsWith: .success) { [path = path as String] in
            try await OtherProcessTests.writeMany(to: path, stream: "first-1")
        }
        async let second = #expect(processExitsWith: .success) { [path = path as String] in
            try await OtherProcessTests.writeMany(to: path, stream: "second-1")
        }
        for _ in 0..<100 { try await store.append(Self.event) }
        _ = await (first, second)
        #expect(try await store.head() == Position(300))
        for stream: StreamID in ["s-1", "first-1", "second-1"] {
            #expect(try await store.events(in: stream).map(\.version) == Array(1...100))
        }
        await store.close()
        #expect(try RawDatabase(path).rows("PRAGMA integrity_check") == ["ok"])
    }

    private static func writeMany(to path: String, stream: StreamID) async throws {
        var configuration = SQLiteStore.Configuration()
        configuration.lockTimeout = .seconds(60)
        configuration.checkpointPages = 20
        let store = try await SQLiteStore(path: path, configuration: configuration)
        for index in 0..<100 {
            let expected: StreamExpectation = index == 0 ? .missing : .version(index)
            try await store.append(Append([EventData(type: "b", data: [])], to: stream, expecting: expected))
        }
        await store.close()
    }

    // acceptance: 21
    @Test func aLogThatAReaderKeepsFromShrinkingIsSeenAndShrinksAfterwards() async throws {
        var configuration = SQLiteStore.Configuration()
        configuration.checkpointPages = 10
        let store = try await folder.store(configuration: configuration)
        try await store.append(Self.event)
        let (isReading, reading) = AsyncStream.makeStream(of: Void.self)
        let release = DispatchSemaphore(value: 0)
        async let reader = store.read { transaction in
            _ = try transaction.head()
            reading.yield()
            release.wait()
            return try transaction.head()
        }
        for await _ in isReading { break }
        for _ in 0..<20 { try await store.append(Self.event(of: 100_000)) }
        #expect(store.log.heldBack > 0)
        #expect(store.log.pages - store.log.movedPages > 300)
        let facts = try await store.diagnostics()
        #expect(facts.first { $0.name == "log.checkpoint" }?.verdict == .note)
        #if os(Linux)
        #expect(facts.first { $0.name == "log.checkpoint" }?.advice?.contains("\(getpid())") == true)
        #endif
        #expect(try size(of: "test.db-wal") > 2_000_000)

        release.signal()
        #expect(try await reader == Position(1))
        while store.log.heldBack > 0 { try await store.append(Self.event) }
        #expect(try size(of: "test.db-wal") <= 16 * 10 * 4_096)
        #expect(try await store.diagnostics().first { $0.name == "log.checkpoint" }?.verdict == .ok)
        await store.close()
    }

    private func size(of name: String) throws -> Int {
        try #require(FileManager.default.attributesOfItem(atPath: folder.file(name))[.size] as? Int)
    }

    // The files beside a database belong to one name.
    // acceptance: 63; guarantees: G14
    @Test func aDatabaseWithASecondNameIsRefused() async throws {
        let store = try await folder.store()
        try FileManager.default.linkItem(atPath: folder.file(), toPath: folder.file("second.db"))
        let error = await #expect(throws: StoreError.self) { try await folder.store("second.db") }
        #expect(error?.code == .cannotOpen)
        #expect(error?.description.contains("second.db has 2 names") == true)
        try await store.append(Self.event)
        await store.close()
        try FileManager.default.removeItem(atPath: folder.file("second.db"))
        await (try folder.store()).close()
    }
}
