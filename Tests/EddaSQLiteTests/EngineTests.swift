import CSQLite
import Dispatch
import EddaCore
import EddaTesting
import Testing

@testable import EddaSQLite

/// Bounds of groups and what the engine does when the disk fails at the worst moment.
@Suite struct EngineTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func appendTogether(_ count: Int, size: Int, to store: SQLiteStore) async throws {
        let outcomes = await store.together(count) { index in
            let event = EventData(type: "a", data: [UInt8](repeating: 1, count: size))
            try await store.append(Append([event], to: StreamID(unchecked: "s-\(index)")))
        }
        for error in outcomes { #expect(error == nil) }
    }

    // Each commit syncs the log once under full durability, so syncs count the groups.
    @Test(arguments: [(bytes: 8 << 20, groups: 1), (bytes: 100_000, groups: 4), (bytes: 1, groups: 12)])
    func aGroupIsBoundedByBytes(bytes: Int, groups: Int) async throws {
        let vfs = FaultVFS()
        var configuration = SQLiteStore.Configuration()
        configuration.vfs = vfs.name
        configuration.groupBytes = bytes
        configuration.groupTime = .seconds(3_600)
        configuration.followsOthers = false
        configuration.checkpointPages = 1 << 20
        let store = try await folder.store(configuration: configuration)
        try await store.append(Append([EventData(type: "a", data: [])], to: "first-1"))
        let before = vfs.calls
        try await appendTogether(12, size: 40_000, to: store)
        let syncs = (before + 1...vfs.calls).compactMap(vfs.call).count { $0.kind == .sync && $0.file == .log }
        #expect(syncs == groups)
        #expect(try await store.head() == Position(13))
        await store.close()
    }

    // acceptance: 56; guarantees: G1, G14
    @Test func aDiskThatIsFullAtTheCommitIsSaidAndGoneOnWithWhenThereIsRoom() async throws {
        let vfs = FaultVFS()
        var configuration = SQLiteStore.Configuration()
        configuration.vfs = vfs.name
        configuration.followsOthers = false
        let store = try await folder.store(configuration: configuration)
        try await store.append(Append([EventData(type: "a", data: [1])], to: "s-1"))
        vfs.armNext(.write, .fail(code: SQLITE_FULL, lasting: true))
        for _ in 0..<3 {
            let error = await #expect(throws: StoreError.self) {
                try await store.append(Append([EventData(type: "a", data: [2])], to: "s-1"))
            }
            #expect(error?.code == .diskFull)
            #expect(error?.isRetriable == true)
            #expect(try await store.events(in: "s-1").map(\.data) == [[1]])
        }
        vfs.heal()
        let result = try await store.append(Append([EventData(type: "a", data: [3])], to: "s-1"))
        #expect(result.versions["s-1"] == 2)
        await store.close()
        let raw = try RawDatabase(folder.file())
        #expect(try raw.rows("PRAGMA integrity_check") == ["ok"])
        #expect(try raw.rows("SELECT hex(data) FROM edda_events") == ["01", "03"])
    }

    // A constraint that is checked at the commit fails the group; the units that keep it succeed, once.
    // acceptance: 61; guarantees: G1, G3
    @Test func aUnitThatBreaksAConstraintAtTheCommitTakesNoOtherAlong() async throws {
        let store = try await folder.store()
        try await store.write { transaction in
            try transaction.execute("CREATE TABLE parents (id INTEGER PRIMARY KEY)")
            try transaction.execute(
                "CREATE TABLE children (parent INTEGER REFERENCES parents (id) DEFERRABLE INITIALLY DEFERRED)"
            )
        }
        let outcomes = await store.together(12) { index in
            try await store.write { transaction in
                _ = try transaction.append(
                    Append([EventData(type: "a", data: [])], to: StreamID(unchecked: "s-\(index)"))
                )
                if index.isMultiple(of: 4) { try transaction.execute("INSERT INTO children VALUES (99)") }
            }
        }
        for index in 0..<12 {
            #expect((outcomes[index] as? StoreError)?.code == (index.isMultiple(of: 4) ? .badSQL : nil))
        }
        #expect(try await store.head() == Position(9))
        #expect(try await store.events().events.map(\.position.value) == Array(1...9))
        await store.close()
    }

    @Test func unitsThatRunLongAreCounted() async throws {
        var configuration = SQLiteStore.Configuration()
        configuration.groupTime = .nanoseconds(1)
        let store = try await folder.store(configuration: configuration)
        #expect(store.units == SQLiteStore.UnitStatus())
        try await store.append(Append([EventData(type: "a", data: [])], to: "s-1"))
        #expect(store.units.overruns == 1)
        #expect(try #require(store.units.longest) > .nanoseconds(1))
        #expect(store.writerDiagnostics.first { $0.name == "units" }?.verdict == .note)
        await store.close()
    }

    @Test func statementsThatAreInUseStayPrepared() async throws {
        await (try folder.store()).close()
        let connection = try Connection(path: folder.file(), access: .reader(patience: .seconds(1)))
        let used = try connection.cached("SELECT 1")
        let unused = try connection.cached("SELECT 2")
        for number in 0..<200 {
            _ = try connection.cached("SELECT 1000 + \(number)")
            #expect(try connection.cached("SELECT 1") === used)
        }
        #expect(try connection.cached("SELECT 2") !== unused)
    }
}
