import EddaCore
import EddaSQLite
import EddaTesting
import Testing

@Suite struct SQLiteStoreTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test func eventsSurviveClosingAndOpening() async throws {
        let store = try await folder.store()
        let written = try await store.append(
            Append([EventData(type: "a", data: [1]), EventData(type: "b", data: [2])], to: "s-1")
        )
        #expect(written.positions == Position(1)...Position(2))
        await store.close()
        let again = try await folder.store()
        let events = try await again.events(in: "s-1")
        #expect(events.map(\.data) == [[1], [2]])
        #expect(try await again.head() == Position(2))
        await again.close()
    }

    // guarantees: G1, G14
    @Test func anArchivingThatIsUndoneIsUndoneInMemoryToo() async throws {
        struct Undone: Error {}
        let store = try await folder.store()
        try await store.append(Append([EventData(type: "a", data: [])], to: "s-1"))
        await store.close()
        // The writer has not met the stream yet.
        let again = try await folder.store()
        await #expect(throws: Undone.self) {
            try await again.write { transaction in
                try transaction.archive("s-1")
                throw Undone()
            }
        }
        try await again.append(Append([EventData(type: "a", data: [])], to: "s-1", expecting: .version(1)))
        #expect(try await again.state(of: "s-1") == .version(2))
        await again.close()
    }

    // guarantees: G14
    @Test func settingsThatCannotWorkAreRefusedByName() async throws {
        let changes: [(String, (inout SQLiteStore.Configuration) -> Void)] = [
            ("queueLimit", { $0.queueLimit = 0 }),
            ("groupLimit", { $0.groupLimit = -1 }),
            ("groupBytes", { $0.groupBytes = 0 }),
            ("checkpointPages", { $0.checkpointPages = .max }),
            ("cachedAggregates", { $0.cachedAggregates = -1 }),
            ("lockTimeout", { $0.lockTimeout = .seconds(-1) }),
            ("keyRetention", { $0.keyRetention = .seconds(Int64.max) }),
            ("maximumSize", { $0.maximumSize = 0 }),
        ]
        for (name, change) in changes {
            var configuration = SQLiteStore.Configuration()
            change(&configuration)
            let error = await #expect(throws: StoreError.self) { try await folder.store(configuration: configuration) }
            #expect(error?.code == .invalidArgument)
            #expect(error?.description.hasPrefix("\(name) is ") == true, "\(String(describing: error))")
        }
    }
}
