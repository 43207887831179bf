import Dispatch
import EddaCore
import EddaTesting
import Foundation
import Spawning
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

    // acceptance: 58; guarantees: G14
    @Test(.timeLimit(.minutes(5)))
    func aForeignProcessStoppedInsideATransactionIsNamedAndWaitedForOnlySoLong() async throws {
        let store = try await store(patience: .milliseconds(100))
        try await ChildProcess.playing(.isStoppedInsideATransaction, on: folder.file()) { pid in
            try await ChildProcess.waitUntilStopped(pid)
            for _ in 0..<2 {
                let error = await #expect(throws: StoreError.self) { try await store.append(Self.event) }
                #expect(error?.code == .locked)
                #expect(error?.isRetriable == true)
                #if os(Linux)
                #expect(error?.description.contains("Process \(pid) ") == true, "\(String(describing: error))")
                #endif
            }
            #expect(try await store.head() == .start)
            kill(pid, SIGCONT)
        }
        try await store.append(Self.event)
        #expect(try await store.head() == Position(1))
        #expect(try await store.read { try $0.rows("SELECT x FROM theirs").count } == 1)
        await store.close()
    }

    /// It waits for the lock itself, and whoever comes after it waits for it; who held the lock last is gone.
    // acceptance: 58; guarantees: G14
    @Test(.timeLimit(.minutes(5)))
    func aProcessStoppedWhileItWaitsForTheLockIsNamed() async throws {
        let store = try await store(patience: .milliseconds(100))
        try await store.append(Self.event)
        try await ChildProcess.playing(.isStoppedInTheQueue, on: folder.file()) { pid in
            try await ChildProcess.waitUntilStopped(pid)
            let error = await #expect(throws: StoreError.self) { try await store.append(Self.event) }
            #expect(error?.code == .locked)
            #if os(Linux)
            #expect(error?.description.contains("Process \(pid) ") == true, "\(String(describing: error))")
            #endif
            kill(pid, SIGCONT)
        }
        try await store.append(Self.event)
        #expect(try await store.head() == Position(2))
        await store.close()
    }

    // acceptance: 58; guarantees: G1, G12
    @Test(.timeLimit(.minutes(5)))
    func aStoreKilledInsideAUnitIsNamedWhileItHangsAndLeavesNothing() async throws {
        await (try store(patience: .seconds(5))).close()
        try await ChildProcess.playing(
            .isStoppedInsideAUnit,
            on: folder.file(),
            ending: .killed(SIGKILL)
        ) { pid in
            try await ChildProcess.waitUntilStopped(pid)
            let error = await #expect(throws: StoreError.self) { try await store(patience: .milliseconds(100)) }
            #expect(error?.code == .locked)
            #if os(Linux)
            #expect(error?.description.contains("Process \(pid) ") == true, "\(String(describing: error))")
            #endif
            // Behind somebody who waits for it as well, it is still the one that is waited for.
            let turnstile = open(folder.file() + ".lock.next", O_RDWR | O_CLOEXEC)
            #expect(flock(turnstile, LOCK_EX | LOCK_NB) == 0)
            let behind = await #expect(throws: StoreError.self) { try await store(patience: .milliseconds(100)) }
            #if os(Linux)
            #expect(behind?.description.contains("Process \(pid) ") == true, "\(String(describing: behind))")
            #endif
            close(turnstile)
            kill(pid, SIGKILL)
        }
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
        try await ChildProcess.playing(.takesTurnsFirst, on: path) { _ in
            try await ChildProcess.playing(.takesTurnsSecond, on: path) { _ in
                for _ in 0..<100 { try await store.append(Self.event) }
            }
        }
        #expect(try await store.head() == Position(300))
        for stream: StreamID in ["s-1", "first-1", "second-1"] {
            #expect(try await store.events(in: stream).map(\.version) == Array(1...100))
        }
        await store.close()
        #expect(try RawDatabase(path).rows("PRAGMA integrity_check") == ["ok"])
    }

    // acceptance: 21
    @Test(.timeLimit(.minutes(5)))
    func aLogThatAReaderKeepsFromShrinkingIsSeenAndShrinksAfterwards() async throws {
        var configuration = SQLiteStore.Configuration()
        configuration.checkpointPages = 10
        let store = try await folder.store(configuration: configuration)
        try await store.append(Self.event)
        let (isReading, reading) = AsyncStream.makeStream(of: Void.self)
        let release = DispatchSemaphore(value: 0)
        defer { release.signal() }
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
        let facts = store.writerDiagnostics
        #expect(facts.first { $0.name == "log.checkpoint" }?.verdict == .note)
        #if os(Linux)
        #expect(facts.first { $0.name == "log.checkpoint" }?.advice?.contains("\(getpid())") == true)
        #endif
        #expect(try size(of: "test.db-wal") > 2_000_000)

        release.signal()
        #expect(try await reader == Position(1))
        for _ in 0..<10_000 where store.log.heldBack > 0 { try await store.append(Self.event) }
        #expect(store.log.heldBack == 0)
        #expect(try size(of: "test.db-wal") <= 16 * 10 * 4_096)
        #expect(store.writerDiagnostics.first { $0.name == "log.checkpoint" }?.verdict == .ok)
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
