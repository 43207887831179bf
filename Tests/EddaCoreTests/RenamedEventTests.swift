import EddaCore
import EddaTesting
import Testing

/// Events that were stored under an earlier name are read like those under the present one.
@Suite struct RenamedEventTests {
    let schema: SchemaRegistry

    init() throws {
        schema = try SchemaRegistry(
            events: [MoneyPutIn.self],
            upcasters: [
                Upcaster("account.deposited", from: 1) { (old: [String: Int]) in ["cents": old["amount", default: 0]] }
            ]
        )
    }

    private func store() async throws -> InMemoryStore {
        let store = InMemoryStore(schema: schema)
        _ = try await store.append(
            Append(
                [
                    EventData(type: "money-in", data: Array(#"{"amount":1}"#.utf8)),
                    EventData(type: "deposited", schemaVersion: 2, data: Array(#"{"cents":20}"#.utf8)),
                    EventData(type: "other", data: []),
                ],
                to: "account-1"
            )
        )
        try await store.append([MoneyPutIn(cents: 300)], to: "account-1")
        return store
    }

    @Test func anAggregateFoldsThem() async throws {
        #expect(Purse.handlers.types == ["account.deposited", "deposited", "money-in"])
        let loaded = try await store().load(Purse.self, id: "1")
        #expect(loaded.state.cents == 321)
        #expect(loaded.version == 4)
    }

    @Test func upcastersServeAliases() async throws {
        let events = try await store().events(matching: EventQuery(events: MoneyPutIn.self)).events
        #expect(try events.map { try schema.decode(MoneyPutIn.self, from: $0).cents } == [1, 20, 300])
    }

    @Test func newOnesGetThePresentName() async throws {
        let last = try await store().events(in: "account-1", .backward, limit: 1)
        #expect(last.map(\.type) == ["account.deposited"])
        #expect(last.map(\.schemaVersion) == [2])
    }

    @Test func anAggregateTestTakesThem() throws {
        try AggregateTest(Purse.self, schema: schema)
            .given([MoneyIn(amount: 5), MoneyPutIn(cents: 1)])
            .when { account in [MoneyPutIn(cents: account.cents)] }
            .then([MoneyPutIn(cents: 6)])
    }
}

/// As it was before it was renamed, twice.
private struct MoneyIn: Event {
    static let eventType: EventType = "money-in"
    var amount: Int
}

private struct MoneyPutIn: Event {
    static let eventType: EventType = "account.deposited"
    static let aliases: [EventType] = ["deposited", "money-in"]
    static let schemaVersion = 2
    var cents: Int
}

private struct Purse: Aggregate {
    static let category: StreamCategory = "account"
    var cents = 0
    static let handlers = EventHandlers<Purse> {
        On(MoneyPutIn.self) { account, event in account.cents += event.cents }
    }
}
