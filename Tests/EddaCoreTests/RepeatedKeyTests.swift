import EddaCore
import EddaTesting
import Testing

/// Decisions under a key that takes effect elsewhere meanwhile, or was meant for something else.
// acceptance: 8
@Suite struct RepeatedKeyTests {
    private static let all = EventQuery(events: Deposited.self, Withdrawn.self)

    /// After its first read, which looks up the key, another caller does the same under the same key.
    private actor Overtaken: ForwardingStore {
        nonisolated let base: any Store
        private var isOvertaken = false

        init(_ base: any Store) { self.base = base }

        func read<Result: Sendable>(
            _ body: @escaping @Sendable (any ReadTransaction) throws -> Result
        ) async throws -> Result {
            let result = try await base.read(body)
            guard !isOvertaken else { return result }
            isOvertaken = true
            try await base.update(Account.self, id: "1", key: "k") { try $0.withdraw(10) }
            return result
        }
    }

    private func overtaken() async throws -> Overtaken {
        let store = InMemoryStore()
        try await store.update(Account.self, id: "1") { try $0.deposit(10) }
        return Overtaken(store)
    }

    @Test func anUpdateThatIsRefusedForWhatItsOwnKeyHasDoneIsItsResult() async throws {
        let store = try await overtaken()
        let result = try await store.update(Account.self, id: "1", key: "k") { try $0.withdraw(10) }
        #expect(result.wasRepeated)
        #expect(result.versions == ["account-1": 2])
        #expect(try await store.head() == Position(2))
    }

    @Test func aDecisionThatIsRefusedForWhatItsOwnKeyHasDoneIsItsResult() async throws {
        let store = try await overtaken()
        let result = try await store.decide(
            Account.self,
            over: Self.all,
            appendingTo: "account-1",
            key: "k"
        ) { try $0.withdraw(10) }
        #expect(result.wasRepeated)
        #expect(result.versions == ["account-1": 2])
    }

    @Test func aRefusalUnderAKeyThatHasDoneNothingIsARefusal() async throws {
        let store = try await overtaken()
        await #expect(throws: Rejection.self) {
            try await store.update(Account.self, id: "1", key: "other") { try $0.withdraw(10) }
        }
    }

    @Test func aKeyThatWroteToAnotherStreamIsNoAnswer() async throws {
        let store = InMemoryStore()
        let schema = store.schema
        try await store.update(Account.self, id: "1", key: "k") { try $0.deposit(10) }
        let error = await #expect(throws: StoreError.self) {
            try await store.update(Account.self, id: "2", key: "k") { try $0.deposit(10) }
        }
        #expect(error?.code == .keyReused)
        #expect(error?.description.contains("account-1") == true)
        let inUnit = await #expect(throws: StoreError.self) {
            try await store.write { transaction in
                try transaction.update(Account.self, in: "account-2", key: "k", schema: schema) { try $0.deposit(10) }
            }
        }
        #expect(inUnit?.code == .keyReused)
        let decided = await #expect(throws: StoreError.self) {
            try await store.decide(Account.self, over: Self.all, appendingTo: "account-2", key: "k") { _ in
                [Deposited(amount: 10)]
            }
        }
        #expect(decided?.code == .keyReused)
        #expect(try await store.head() == Position(1))
    }

    @Test func nothingToDoIsNoConflictWithAnArchive() async throws {
        let store = InMemoryStore()
        let schema = store.schema
        try await store.update(Account.self, id: "1") { try $0.deposit(10) }
        try await store.write { try $0.archive("account-1") }
        for isRepeated in [false, true] {
            let result = try await store.update(Account.self, id: "1", key: "close") { account in
                account.balance == 10 ? [] : [Deposited(amount: 1)]
            }
            #expect(result.positions == nil)
            #expect(result.wasRepeated == isRepeated)
        }
        let inUnit = try await store.write { transaction in
            try transaction.update(Account.self, in: "account-1", key: "again", schema: schema) { _ in [] }
        }
        #expect(inUnit.positions == nil)
        await #expect(throws: AppendConflict.self) {
            try await store.update(Account.self, id: "1", key: "more") { try $0.deposit(1) }
        }
    }
}
