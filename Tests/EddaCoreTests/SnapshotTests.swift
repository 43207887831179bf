import EddaTesting
import Logging
import Testing

@testable import EddaCore

@Suite struct SnapshotTests {
    private func snapshot(_ store: some Store) async throws -> Snapshot? {
        try await store.read { try $0.snapshot(of: "ledger-1") }
    }

    /// So that a load starts from the snapshot, not from memory.
    private func forgetting(_ store: some Store) async throws -> Loaded<Ledger> {
        store.aggregates.removeAll()
        return try await store.load(Ledger.self, id: "1")
    }

    @Test func aSnapshotComesWithTheUpdateThatReachesTheInterval() async throws {
        let store = CountingStore()
        var versions: [Int?] = []
        for _ in 1...12 {
            try await store.update(Ledger.self, id: "1") { _ in [Deposited(amount: 1)] }
            versions.append(try await snapshot(store)?.version)
        }
        #expect(versions == [nil, nil, nil, nil, 5, 5, 5, 5, 5, 10, 10, 10])
        // Several events at once: one snapshot, of the state after all of them.
        try await store.update(Ledger.self, id: "1") { _ in Array(repeating: Deposited(amount: 1), count: 7) }
        #expect(try await snapshot(store)?.version == 19)
        #expect(try await forgetting(store).state == Ledger(balance: 19, entries: Array(repeating: 1, count: 19)))
    }

    @Test func aSnapshotIsPartOfTheSameCommit() async throws {
        let store = CountingStore()
        for _ in 1...4 { try await store.update(Ledger.self, id: "1") { _ in [Deposited(amount: 1)] } }
        let counts = try await store.counting {
            try await store.update(Ledger.self, id: "1") { _ in [Deposited(amount: 1)] }
        }
        #expect(counts == .init(reads: 0, writes: 1, appends: 0))
    }

    @Test func aLoadDecodesTheSnapshotAndWhatFollows() async throws {
        let codec = CountingCodec()
        let store = InMemoryStore(schema: SchemaRegistry(codec: codec), cachedAggregates: 0)
        for _ in 1...12 { try await store.update(Ledger.self, id: "1") { _ in [Deposited(amount: 1)] } }
        let decoded = try await codec.counting {
            let loaded = try await store.load(Ledger.self, id: "1")
            #expect(loaded.version == 12)
            #expect(loaded.state.balance == 12)
        }
        #expect(decoded == 3)
        let within = try await codec.counting {
            let schema = store.schema
            let balance = try await store.read {
                try $0.load(Ledger.self, in: "ledger-1", schema: schema).state.balance
            }
            #expect(balance == 12)
        }
        #expect(within == 3)
        let before = try await codec.counting {
            let loaded = try await store.load(Ledger.self, id: "1", asOf: .version(9))
            #expect(loaded.state.balance == 9)
        }
        #expect(before == 9)
    }

    // acceptance: 23
    @Test func oneThatDoesNotDecodeIsReportedAndReplaced() async throws {
        let store = InMemoryStore()
        for _ in 1...7 { try await store.update(Ledger.self, id: "1") { _ in [Deposited(amount: 1)] } }
        var damaged = try #require(try await snapshot(store))
        damaged.state = Array("{\"balance\":\"many\"}".utf8)
        try await store.write { [damaged] in try $0.putSnapshot(damaged) }

        let log = WarningLog()
        let loaded = try await withLogger(log.logger) { _ in try await forgetting(store) }
        #expect(loaded.state.balance == 7)
        let warning = try #require(log.lines(.warning).first)
        #expect(warning.contains("stream ledger-1 at version 5 does not decode as Ledger"))
        #expect(warning.contains("many") || warning.contains("balance"), "the reason in \(warning)")
        #expect(log.lines(.warning).count == 1)

        try await store.update(Ledger.self, id: "1") { _ in [Deposited(amount: 1)] }
        #expect(try await snapshot(store)?.version == 8)
        #expect(try await forgetting(store).state.balance == 8)
    }

    // acceptance: 23
    @Test func oneThatDoesNotDecodeIsReplacedByAnUpdateInsideAUnitToo() async throws {
        let store = InMemoryStore(cachedAggregates: 0)
        let schema = store.schema
        for _ in 1...5 {
            try await store.write { transaction in
                _ = try transaction.update(Ledger.self, in: "ledger-1", schema: schema) { _ in [Deposited(amount: 1)] }
            }
        }
        var damaged = try #require(try await snapshot(store))
        #expect(damaged.version == 5)
        damaged.state = []
        try await store.write { [damaged] in try $0.putSnapshot(damaged) }
        try await withLogger(WarningLog().logger) { _ in
            try await store.write { transaction in
                _ = try transaction.update(Ledger.self, in: "ledger-1", schema: schema) { _ in [Deposited(amount: 1)] }
            }
        }
        #expect(try await snapshot(store)?.version == 6)
        #expect(try await store.load(Ledger.self, id: "1").state.balance == 6)
    }

    @Test func oneOfAnotherShapeIsPassedOverInSilenceAndReplaced() async throws {
        let store = InMemoryStore()
        for _ in 1...6 { try await store.update(Ledger.self, id: "1") { _ in [Deposited(amount: 1)] } }
        var other = try #require(try await snapshot(store))
        other.shape = "another"
        other.state = Array(#"{"balance":99,"entries":[]}"#.utf8)
        try await store.write { [other] in try $0.putSnapshot(other) }
        let log = WarningLog()
        let loaded = try await withLogger(log.logger) { _ in try await forgetting(store) }
        #expect(loaded.state.balance == 6)
        #expect(log.lines(.warning).isEmpty)
        #expect(log.lines(.debug).count == 1)
        try await store.update(Ledger.self, id: "1") { _ in [Deposited(amount: 1)] }
        #expect(try await snapshot(store)?.version == 7)
        #expect(try await snapshot(store)?.shape != "another")
        #expect(try await forgetting(store).state.balance == 7)
    }

    /// A shape is the same in every process, and another for another version of the same type.
    @Test func theShapeDependsOnWhatTheAggregateIs() throws {
        let shape = try #require(Ledger.snapshots.format).shape
        let again = try #require(SnapshotPolicy<Ledger>.every(7).format).shape
        let raised = try #require(SnapshotPolicy<Ledger>.every(5, version: 2).format).shape
        let other = try #require(OtherLedger.snapshots.format).shape
        #expect(shape == again)
        #expect(Set([shape, raised, other]).count == 3)
        #expect(shape == "\(try #require(Ledger.snapshots.format).shape)")
    }

    @Test func aDecisionThatFailsOrDoesNothingLeavesNoSnapshot() async throws {
        let store = InMemoryStore()
        for _ in 1...4 { try await store.update(Ledger.self, id: "1") { _ in [Deposited(amount: 1)] } }
        for _ in 1...3 {
            await #expect(throws: Rejection.self) {
                try await store.update(Ledger.self, id: "1") { _ in throw Rejection("no") }
            }
            try await store.update(Ledger.self, id: "1") { _ in [] }
            try await store.update(Ledger.self, id: "1", key: "none") { _ in [] }
        }
        #expect(try await snapshot(store) == nil)
    }

    @Test func theSnapshotOfAnArchivedStreamGivesTheSameState() async throws {
        let store = InMemoryStore()
        for _ in 1...6 { try await store.update(Ledger.self, id: "1") { _ in [Deposited(amount: 1)] } }
        try await store.write { try $0.archive("ledger-1") }
        #expect(try await forgetting(store).state.balance == 6)
        store.aggregates.removeAll()
        await #expect(throws: AppendConflict.self) {
            try await store.update(Ledger.self, id: "1") { _ in [Deposited(amount: 1)] }
        }
    }

    /// Updates, plain appends, units, dropped memory, removed and damaged snapshots: whatever helps there are, the state
    /// is that of a replay.
    @Test(arguments: [1, 2, 3, 20_261_121], [0, 2, 64])
    func whateverHelpsThereAreTheStateIsThatOfAReplay(seed: UInt64, cached: Int) async throws {
        var random = SeededGenerator(seed: seed)
        let store = InMemoryStore(cachedAggregates: cached)
        let schema = store.schema
        var models: [String: [Int]] = [:]
        try await withLogger(WarningLog().logger) { _ in
            for step in 0..<400 {
                let id = "\(Int.random(in: 0..<4, using: &random))"
                let stream = StreamID(unchecked: "ledger-\(id)")
                let amounts = (0..<Int.random(in: 0...3, using: &random)).map { _ in
                    Int.random(in: 1...9, using: &random)
                }
                let events = amounts.map { Deposited(amount: $0) }
                let known = models[id, default: []]
                switch Int.random(in: 0..<9, using: &random) {
                case 0: try await store.append(events, to: stream)
                case 1:
                    try await store.write { transaction in
                        _ = try transaction.update(Ledger.self, in: stream, schema: schema) { ledger in
                            #expect(ledger.entries == known, "seed \(seed), step \(step)")
                            return events
                        }
                    }
                case 2:
                    try await store.update(Plain.self, id: id) { plain in
                        plain.entries.count <= known.count && !events.isEmpty ? events : []
                    }
                    let plain = try await store.load(Plain.self, id: id)
                    #expect(plain.state.entries == known + amounts, "seed \(seed), step \(step)")
                case 3:
                    store.aggregates.removeAll()
                    continue
                case 4:
                    try await store.write { _ = try $0.removeSnapshots(in: "ledger", limit: 1) }
                    continue
                case 5:
                    guard var snapshot = try await store.read({ try $0.snapshot(of: stream) }) else { continue }
                    if random.chance(0.5) { snapshot.state.removeLast() } else { snapshot.shape += "?" }
                    try await store.write { [snapshot] in try $0.putSnapshot(snapshot) }
                    continue
                default:
                    try await store.update(Ledger.self, id: id) { ledger in
                        guard ledger.entries.count >= known.count else { throw Rejection("too.early") }
                        return events
                    }
                }
                models[id] = known + amounts
                let loaded = try await store.load(Ledger.self, id: id)
                #expect(loaded.state.entries == models[id], "seed \(seed), step \(step)")
                #expect(loaded.version == models[id]?.count, "seed \(seed), step \(step)")
            }
        }
        for (id, entries) in models {
            try await store.write { _ = try $0.removeSnapshots(in: nil, limit: .max) }
            store.aggregates.removeAll()
            let loaded = try await store.load(Ledger.self, id: id)
            #expect(loaded.state == Ledger(balance: entries.reduce(0, +), entries: entries), "seed \(seed)")
        }
    }
}

private struct Ledger: Aggregate, Codable, Hashable {
    static let category: StreamCategory = "ledger"
    static var snapshots: SnapshotPolicy<Ledger> { .every(5) }
    static let handlers = EventHandlers<Ledger> {
        On(Deposited.self) { ledger, event in
            ledger.balance += event.amount
            ledger.entries.append(event.amount)
        }
    }
    var balance = 0
    var entries: [Int] = []
}

/// The same streams without snapshots.
private struct Plain: Aggregate {
    static let category: StreamCategory = "ledger"
    static let handlers = EventHandlers<Plain> {
        On(Deposited.self) { plain, event in plain.entries.append(event.amount) }
    }
    var entries: [Int] = []
}

private struct OtherLedger: Aggregate, Codable {
    static let category: StreamCategory = "ledger"
    static var snapshots: SnapshotPolicy<OtherLedger> { .every(5) }
    static let handlers = EventHandlers<OtherLedger> {
        On(Deposited.self) { ledger, event in ledger.balance += event.amount }
        On(Withdrawn.self) { ledger, event in ledger.balance -= event.amount }
    }
    var balance = 0
}
