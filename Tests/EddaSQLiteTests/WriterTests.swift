import EddaCore
import EddaSQLite
import EddaTesting
import Foundation
import Synchronization
import Testing

@Suite struct WriterTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    // A full queue refuses at once and loses nothing of what it had taken.
    @Test func aFullQueueRefuses() async throws {
        var configuration = SQLiteStore.Configuration()
        configuration.queueLimit = 4
        let store = try await folder.store(configuration: configuration)
        let (isBlocked, blocked) = AsyncStream.makeStream(of: Void.self)
        let release = DispatchSemaphore(value: 0)
        let refused = await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                try? await store.write { _ in
                    blocked.yield()
                    release.wait()
                }
                return false
            }
            for await _ in isBlocked { break }
            for index in 0..<10 {
                group.addTask {
                    do {
                        _ = try await store.append(
                            Append([EventData(type: "a", data: [])], to: StreamID(unchecked: "s-\(index)"))
                        )
                        return false
                    } catch let error as Overloaded {
                        return error.waiting == 4
                    } catch {
                        return false
                    }
                }
            }
            var refused = 0
            for await wasRefused in group {
                if wasRefused { refused += 1 }
                if refused == 6 { release.signal() }
            }
            return refused
        }
        #expect(refused == 6)
        #expect(try await store.head() == Position(4))
        await store.close()
    }

    // acceptance: 58, in its thin form
    @Test func aForeignWriterIsWaitedForAndThenNamed() async throws {
        var configuration = SQLiteStore.Configuration()
        configuration.lockTimeout = .milliseconds(50)
        let store = try await folder.store(configuration: configuration)
        let foreign = try RawDatabase(folder.file())
        try foreign.execute("BEGIN IMMEDIATE")
        let error = await #expect(throws: StoreError.self) {
            try await store.append(Append([EventData(type: "a", data: [])], to: "s-1"))
        }
        #expect(error?.code == .locked)
        #expect(error?.isRetriable == true)
        #if os(Linux)
        #expect(error?.description.contains("\(ProcessInfo.processInfo.processIdentifier)") == true)
        #endif
        try foreign.execute("ROLLBACK")
        try await store.append(Append([EventData(type: "a", data: [])], to: "s-1"))
        #expect(try await store.head() == Position(1))
        await store.close()
    }

    // Another program that recovers the log, or holds the whole file for a moment, does not keep a store from opening.
    @Test func openingWaitsForWhoeverHoldsTheFile() async throws {
        await (try folder.store()).close()
        var foreign: RawDatabase? = try RawDatabase(folder.file())
        try foreign?.execute("PRAGMA locking_mode = EXCLUSIVE; BEGIN IMMEDIATE; PRAGMA user_version = 1; COMMIT")
        var configuration = SQLiteStore.Configuration()
        configuration.lockTimeout = .milliseconds(20)
        let error = await #expect(throws: StoreError.self) { try await folder.store(configuration: configuration) }
        #expect(error?.code == .locked)
        async let opened = folder.store()
        await Task.yield()
        foreign = nil
        await (try opened).close()
    }

    // What another process commits is seen, and what is remembered does not outlive it.
    @Test func anotherProcessIsNoticed() async throws {
        let store = try await folder.store()
        try await store.append(Append([EventData(type: "a", data: [])], to: "s-1"))
        let foreign = try RawDatabase(folder.file())
        try foreign.execute(
            """
            BEGIN IMMEDIATE;
            INSERT INTO edda_types (id, name) VALUES (77, 'theirs');
            INSERT INTO edda_events SELECT 2, stream, 2, category, 77, 1, recorded_at, randomblob(16), NULL, NULL, NULL, NULL, x'07'
            FROM edda_events;
            UPDATE edda_log SET head = 2, marker = 5;
            COMMIT;
            """
        )
        let result = try await store.append(
            Append([EventData(type: "theirs", data: [8])], to: "s-1", expecting: .version(2))
        )
        #expect(result.positions == Position(3)...Position(3))
        #expect(try await store.events(in: "s-1").map(\.type) == ["a", "theirs", "theirs"])
        await store.close()
    }

    // guarantees: G7
    @Test func underNormalDurabilityMessagesAreShownOnceTheyAreOnDisk() async throws {
        var configuration = SQLiteStore.Configuration()
        configuration.durability = .normal
        let store = try await folder.store(configuration: configuration)
        let seen = store.signals.outbox.count
        let message = Message(
            id: "1",
            source: "/s",
            type: "t",
            destination: "d",
            time: .now(),
            partitionKey: "k",
            idempotencyKey: "i",
            data: []
        )
        try await store.write { _ = try $0.enqueue(message) }
        try await store.signals.outbox.wait(past: seen)
        #expect(try await store.read { try $0.readyMessages(after: 0, limit: 10).count } == 1)
        await store.close()
        let again = try await folder.store(configuration: configuration)
        #expect(try await again.read { try $0.readyMessages(after: 0, limit: 10).count } == 1)
        await again.close()
    }

    @Test func theLogIsMovedIntoTheDatabase() async throws {
        var configuration = SQLiteStore.Configuration()
        configuration.checkpointPages = 20
        let store = try await folder.store(configuration: configuration)
        for index in 0..<60 {
            try await store.append(
                Append(
                    [EventData(type: "a", data: [UInt8](repeating: 1, count: 20_000))],
                    to: StreamID(unchecked: "s-\(index)")
                )
            )
        }
        let attributes = try FileManager.default.attributesOfItem(atPath: folder.file() + "-wal")
        let size = try #require(attributes[.size] as? Int)
        #expect(size < 600_000, "the log has \(size) bytes after 1,200,000 were written")
        await store.close()
    }

    @Test func closingMovesEverythingIntoTheDatabase() async throws {
        let store = try await folder.store()
        try await store.append(Append([EventData(type: "a", data: [5])], to: "s-1"))
        await store.close()
        try? FileManager.default.removeItem(atPath: folder.file() + "-wal")
        let again = try await folder.store()
        #expect(try await again.events(in: "s-1").map(\.data) == [[5]])
        await again.close()
        await again.close()
        let error = await #expect(throws: StoreError.self) { try await again.head() }
        #expect(error?.code == .closed)
    }
}
