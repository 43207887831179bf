import EddaCore
import EddaTesting
import Testing

/// Events of a type without handler are passed over unread: what they hold disturbs nobody.
@Suite struct UnhandledEventTests {
    /// What no codec of this program decodes.
    private static let strange = EventData(type: "account.scanned", tags: ["account:1"], data: [0xFF, 0x00, 0x7B])

    private func stream(in store: any Store) async throws -> StreamID {
        let stream: StreamID = "account-1"
        try await store.append([Deposited(amount: 70)], to: stream, expecting: .missing)
        _ = try await store.append(Append([Self.strange], to: stream, expecting: .version(1)))
        try await store.append([Deposited(amount: 30)], to: stream, expecting: .version(2))
        return stream
    }

    @Test func anAggregateLoadsAndUpdatesAcrossThem() async throws {
        let store = InMemoryStore()
        let stream = try await stream(in: store)
        let account = try await store.load(Account.self, id: "1")
        #expect(account.state.balance == 100)
        #expect(account.version == 3, "what is passed over counts as a version")
        let result = try await store.update(Account.self, id: "1") { try $0.withdraw(100) }
        #expect(result.versions == [stream: 4])
    }

    @Test func aDecisionPassesThemOver() async throws {
        let store = InMemoryStore()
        let stream = try await stream(in: store)
        let query = EventQuery(category: "account")
        try await store.decide(Account.self, over: query, appendingTo: stream) { try $0.withdraw(100) }
        #expect(try await store.state(of: stream) == .version(4))
    }

    /// They are only passed over where nobody handles them: a handled one that does not decode is an error.
    @Test func aHandledEventThatDoesNotDecodeIsAnError() async throws {
        let store = InMemoryStore()
        let stream = try await stream(in: store)
        let spoiled = EventData(type: Deposited.eventType, data: Self.strange.data)
        _ = try await store.append(Append([spoiled], to: stream, expecting: .version(3)))
        await #expect(throws: SchemaError.self) { try await store.load(Account.self, id: "1") }
    }
}
