import EddaCore
import EddaTesting
import Testing

@Suite struct AggregateUpdateTests {
    @Test func loadsDecidesAndAppends() async throws {
        let store = InMemoryStore()
        let first = try await store.update(Account.self, id: "1") { try $0.deposit(10) }
        let second = try await store.update(Account.self, id: "1") { try $0.deposit(5) }
        #expect(first.versions == ["account-1": 1])
        #expect(second.versions == ["account-1": 2])
        let loaded = try await store.load(Account.self, id: "1")
        #expect(loaded.state.balance == 15)
        #expect(loaded.version == 2)
        #expect(try await store.load(Account.self, id: "2").version == 0)
    }

    @Test func aRefusalWritesNothing() async throws {
        let store = InMemoryStore()
        let error = await #expect(throws: Rejection.self) {
            try await store.update(Account.self, id: "1") { try $0.withdraw(1) }
        }
        #expect(error?.code == "account.overdrawn")
        #expect(try await store.head() == .start)
    }

    @Test func noChangeTakesNoPosition() async throws {
        let store = InMemoryStore()
        try await store.update(Account.self, id: "1") { try $0.deposit(10) }
        let result = try await store.update(Account.self, id: "1") { _ in [] }
        #expect(result.positions == nil)
        #expect(try await store.head() == Position(1))
    }

    /// Each lost race is decided anew; after the second the decision runs inside the unit, where nobody interferes.
    // guarantees: G4
    @Test(arguments: [(0, 1), (1, 2), (2, 3), (5, 3)])
    func lostRacesAreDecidedAnew(races: Int, decisions: Int) async throws {
        let store = RacingStore(races: races)
        let seen = Log()
        try await store.update(Account.self, id: "1") { account in
            seen.append(account.balance)
            return try account.deposit(10)
        }
        #expect(seen.values == (0..<decisions).map { $0 * 100 })
        #expect(try await store.load(Account.self, id: "1").state.balance == (decisions - 1) * 100 + 10)
    }

    // acceptance: 8
    @Test func aKeyTakesEffectOnceAndIsLookedUpBeforeDeciding() async throws {
        let store = InMemoryStore()
        let first = try await store.update(Account.self, id: "1", key: "k") { try $0.deposit(10) }
        let second = try await store.update(Account.self, id: "1", key: "k") { _ in throw Rejection("not.asked") }
        #expect(!first.wasRepeated)
        #expect(second.wasRepeated)
        #expect(second.positions == first.positions)
        #expect(try await store.load(Account.self, id: "1").state.balance == 10)
    }

    @Test func manyCallersUnderOneKeyTakeEffectOnce() async throws {
        let store = InMemoryStore()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 1...16 {
                group.addTask { _ = try await store.update(Account.self, id: "1", key: "k") { try $0.deposit(index) } }
            }
            try await group.waitForAll()
        }
        #expect(try await store.head() == Position(1))
    }

    @Test func manyCallersWithoutAKeyAllTakeEffect() async throws {
        let store = InMemoryStore()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 1...16 {
                group.addTask { _ = try await store.update(Account.self, id: "1") { try $0.deposit(1) } }
            }
            try await group.waitForAll()
        }
        #expect(try await store.load(Account.self, id: "1").state.balance == 16)
    }

    @Test func updatesWithinAUnit() async throws {
        let store = InMemoryStore()
        let schema = store.schema
        try await store.write { transaction in
            try transaction.update(Account.self, in: "account-1", schema: schema) { try $0.deposit(10) }
            try transaction.update(Account.self, in: "account-1", schema: schema) { try $0.withdraw(4) }
        }
        #expect(try await store.load(Account.self, id: "1").state.balance == 6)
    }

    @Test func metadataGoesWithTheEvents() async throws {
        let store = InMemoryStore()
        let metadata = EventMetadata(correlationID: "c", headers: ["traceparent": "t"])
        try await store.update(Account.self, id: "1", metadata: metadata) { try $0.deposit(10) }
        #expect(try await store.events(in: "account-1").map(\.metadata) == [metadata])
    }

    @Test func anIdThatMakesNoStreamIsRefused() async {
        let store = InMemoryStore()
        await #expect(throws: InvalidName.self) {
            try await store.update(Account.self, id: "") { try $0.deposit(1) }
        }
    }

    @Test func eventsOfOtherTypesArePassedOver() async throws {
        let store = InMemoryStore()
        _ = try await store.append(Append([EventData(type: "unknown", data: [1])], to: "account-1"))
        let loaded = try await store.load(Account.self, id: "1")
        #expect(loaded.state.balance == 0)
        #expect(loaded.version == 1)
        #expect(Account.handlers.types == ["account.deposited", "account.withdrawn"])
    }
}
