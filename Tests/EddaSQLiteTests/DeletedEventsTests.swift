import EddaCore
import EddaSQLite
import EddaTesting
import Testing

// What maintenance deletes from the end of a stream.
// acceptance: 11; guarantees: G3
@Suite struct DeletedEventsTests {
    struct Kept: Aggregate, Codable {
        static let category: StreamCategory = "kept"
        static var snapshots: SnapshotPolicy<Kept> { .every(3) }
        static let handlers = EventHandlers<Kept> {
            On(Added.self) { kept, event in kept.amounts.append(event.amount) }
        }
        var amounts: [Int] = []
    }

    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func delete(_ positions: String) throws {
        try RawDatabase(folder.file())
            .execute(
                """
                BEGIN IMMEDIATE; UPDATE edda_log SET maintenance = 1;
                DELETE FROM edda_events WHERE position IN (\(positions)); UPDATE edda_log SET maintenance = 0; COMMIT
                """
            )
    }

    private func append(_ expectation: StreamExpectation = .any, to store: SQLiteStore) async throws -> Int? {
        let append = Append([EventData(type: "a", data: [])], to: "s-1", expecting: expectation)
        return try await store.append(append).versions["s-1"]
    }

    // Who repeats a call whose events have been deleted meanwhile is not told that it was another call.
    @Test func whatWasDeletedIsStillARepetition() async throws {
        let store = try await folder.store()
        let events = ["a", "b"].map {
            Append.Entry(stream: StreamID(unchecked: "s-\($0)"), event: EventData(type: "x", data: [1]))
        }
        let append = Append(events, key: "k")
        let first = try await store.append(append)
        for deleted in ["1", "2"] {
            try delete(deleted)
            let again = try await store.append(append)
            #expect(again.wasRepeated)
            #expect(again.positions == first.positions)
            #expect(again.versions == first.versions)
        }
        for other in [Append([events[0]], key: "k"), Append(events.reversed(), key: "k")] {
            let error = await #expect(throws: StoreError.self) { try await store.append(other) }
            #expect(error?.code == .keyReused)
        }
        #expect(try await store.head() == Position(2))
        await store.close()
    }

    private func expectConflict(_ expectation: StreamExpectation, _ actual: StreamState, in store: SQLiteStore) async {
        let conflict = await #expect(throws: AppendConflict.self) { try await append(expectation, to: store) }
        #expect(conflict?.failures == [.stream("s-1", expected: expectation, actual: actual)])
    }

    private func expectSound(_ store: SQLiteStore, holes: Int) async throws {
        let verification = try await store.verify()
        #expect(verification.findings == [])
        #expect(verification.holes == holes)
    }

    // Also when the writer remembers the stream.
    @Test(arguments: [false, true], ["3", "2,3", "1,2,3"])
    func aVersionIsNotGivenAgain(isOpen: Bool, positions: String) async throws {
        var store = try await folder.store()
        for _ in 1...3 { _ = try await append(to: store) }
        if !isOpen { await store.close() }
        try delete(positions)
        if !isOpen { store = try await folder.store() }
        #expect(try await store.state(of: "s-1") == .version(3))
        #expect(try await store.read { try $0.streams(in: nil, after: nil, limit: 9).map(\.state) } == [.version(3)])
        #expect(try await store.read { try $0.streams(in: "s", after: nil, limit: 9).map(\.state) } == [.version(3)])
        await expectConflict(.missing, .version(3), in: store)
        await expectConflict(.version(2), .version(3), in: store)
        #expect(try await append(.version(3), to: store) == 4)
        #expect(try await append(to: store) == 5)
        #expect(try await store.events(in: "s-1").map(\.version).suffix(2) == [4, 5])
        try await expectSound(store, holes: positions.split(separator: ",").count)
        await store.close()
    }

    @Test(arguments: ["2", "1,2"], [0, 100])
    func anAggregateGoesOnBehindThem(positions: String, remembered: Int) async throws {
        var configuration = SQLiteStore.Configuration()
        configuration.cachedAggregates = remembered
        let first = try await folder.store()
        for amount in 1...2 { try await first.update(Tally.self, id: "1") { _ in [Added(amount: amount)] } }
        await first.close()
        try delete(positions)
        let store = try await folder.store(configuration: configuration)
        let left = positions == "2" ? [1] : []
        let loaded = try await store.load(Tally.self, id: "1")
        #expect(loaded.state.amounts == left)
        #expect(loaded.version == 2)
        let third = try await store.update(Tally.self, id: "1") { tally in [Added(amount: 10 + tally.amounts.count)] }
        #expect(third.versions == ["tally-1": 3])
        let schema = store.schema
        let fourth = try await store.write { transaction in
            try transaction.update(Tally.self, in: "tally-1", schema: schema) { _ in [Added(amount: 20)] }
        }
        #expect(fourth.versions == ["tally-1": 4])
        let last = try await store.load(Tally.self, id: "1")
        #expect(last.state.amounts == left + [10 + left.count, 20])
        #expect(last.version == 4)
        await store.close()
    }

    // The deciding unit finds nothing but the hole.
    @Test func anUpdateInAUnitBeginsBehindThem() async throws {
        let first = try await folder.store()
        try await first.update(Tally.self, id: "1") { _ in [Added(amount: 1)] }
        await first.close()
        try delete("1")
        let store = try await folder.store()
        let schema = store.schema
        let result = try await store.write { transaction in
            try transaction.update(Tally.self, in: "tally-1", schema: schema) { tally in
                [Added(amount: tally.amounts.count)]
            }
        }
        #expect(result.versions == ["tally-1": 2])
        #expect(try await store.load(Tally.self, id: "1").state.amounts == [0])
        await store.close()
    }

    // acceptance: 23
    @Test func aSnapshotThatContainsThemIsDropped() async throws {
        let first = try await folder.store()
        for amount in 1...3 { try await first.update(Kept.self, id: "1") { _ in [Added(amount: amount)] } }
        #expect(try await first.read { try $0.snapshot(of: "kept-1") }?.version == 3)
        await first.close()
        try delete("3")
        let store = try await folder.store()
        #expect(try await store.read { try $0.snapshot(of: "kept-1") } == nil)
        #expect(try await store.load(Kept.self, id: "1").state.amounts == [1, 2])
        try await store.update(Kept.self, id: "1") { _ in [Added(amount: 4)] }
        #expect(try await store.load(Kept.self, id: "1").state.amounts == [1, 2, 4])
        try await expectSound(store, holes: 1)
        await store.close()
        let again = try await folder.store()
        #expect(try await again.load(Kept.self, id: "1").state.amounts == [1, 2, 4])
        await again.close()
    }
}
