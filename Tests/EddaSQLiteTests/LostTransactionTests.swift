import EddaCore
import EddaTesting
import Testing

@testable import EddaSQLite

/// Errors that end more than the statement that met them.
@Suite struct LostTransactionTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    // acceptance: 56, 61; guarantees: G1, G14
    @Test func aFullDatabaseFailsTheUnitsThatDoNotFitAndNoOthers() async throws {
        var configuration = SQLiteStore.Configuration()
        configuration.maximumSize = 1 << 20
        let store = try await folder.store(configuration: configuration)
        let outcomes = await store.together(40) { index in
            let size = index.isMultiple(of: 4) ? 2 << 20 : 100
            let event = EventData(type: "a", data: [UInt8](repeating: 7, count: size))
            try await store.append(Append([event], to: StreamID(unchecked: "s-\(index)")))
        }
        for index in 0..<40 {
            #expect((outcomes[index] as? StoreError)?.code == (index.isMultiple(of: 4) ? .diskFull : nil))
            let state = try await store.state(of: StreamID(unchecked: "s-\(index)"))
            #expect(state == (index.isMultiple(of: 4) ? .missing : .version(1)))
        }
        let positions = try await store.events(limit: .max).events.map(\.position.value)
        #expect(positions == Array(1...30))
        #expect(try RawDatabase(folder.file()).rows("PRAGMA integrity_check") == ["ok"])
        await store.close()
    }

    // A body that swallows such an error does not go on outside the transaction.
    @Test(arguments: [1, 8])
    func aTransactionThatACallerEndedTakesItsUnitAlong(companions: Int) async throws {
        let store = try await folder.store()
        try await store.write { transaction in
            try transaction.execute("CREATE TABLE mine (x UNIQUE)")
            try transaction.execute("INSERT INTO mine VALUES (1)")
        }
        await withTaskGroup(of: Void.self) { group in
            for index in 1..<companions {
                group.addTask {
                    _ = try? await store.append(
                        Append([EventData(type: "a", data: [])], to: StreamID(unchecked: "c-\(index)"))
                    )
                }
            }
            group.addTask {
                await #expect(throws: StoreError.self) {
                    try await store.write { transaction in
                        _ = try transaction.append(Append([EventData(type: "a", data: [])], to: "lost-1"))
                        _ = try? transaction.execute("INSERT OR ROLLBACK INTO mine VALUES (1)")
                        _ = try? transaction.append(Append([EventData(type: "a", data: [])], to: "lost-2"))
                    }
                }
            }
        }
        #expect(try await store.state(of: "lost-1") == .missing)
        #expect(try await store.state(of: "lost-2") == .missing)
        #expect(try await store.head() == Position(Int64(companions - 1)))
        try await store.append(Append([EventData(type: "a", data: [])], to: "after-1"))
        #expect(try await store.head() == Position(Int64(companions)))
        await store.close()
    }

    // guarantees: G7
    @Test func messagesThatAreNotOnDiskAreNotShown() async throws {
        let store = try await folder.store()
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
        let sequence = try await store.write { try $0.enqueue(message) }
        let gate = SyncGate()
        let readers = ReaderPool(store.configuration, path: store.path, time: store.time, gate: gate)
        gate.open(upTo: sequence) { false }
        #expect(gate.isBehind)
        #expect(try await readers.read { try $0.readyMessages(after: 0, limit: 9).count } == 0)
        gate.open(upTo: sequence) { true }
        #expect(!gate.isBehind)
        #expect(try await readers.read { try $0.readyMessages(after: 0, limit: 9).count } == 1)
        readers.close()
        await store.close()
    }
}
