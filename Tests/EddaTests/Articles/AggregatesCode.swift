import Edda

/// The code of the article "Aggregates", as it stands there.
enum AggregatesCode {
    struct Account: Aggregate {
        static let category: StreamCategory = "account"
        var balance = 0

        static let handlers = EventHandlers<Account> {
            On(Deposited.self) { account, event in account.balance += event.cents }
            On(Withdrawn.self) { account, event in account.balance -= event.cents }
        }

        func withdraw(_ cents: Int) throws -> [any Event] {
            guard cents <= balance else { throw Rejection("account.overdrawn") }
            return [Withdrawn(cents: cents)]
        }
    }

    static func update(_ store: SQLiteStore) async throws {
        try await store.update(Account.self, id: "7") { try $0.withdraw(500) }
    }

    static func lookBack(_ store: SQLiteStore, closing: Timestamp) async throws -> [Loaded<Account>] {
        let now = try await store.load(Account.self, id: "7")
        let before = try await store.load(Account.self, id: "7", asOf: .version(now.version - 1))
        let then = try await store.load(Account.self, id: "7", asOf: .time(closing))
        return [now, before, then]
    }

    static func open(_ path: String) async throws -> SQLiteStore {
        var configuration = SQLiteStore.Configuration()
        configuration.cachedAggregates = 10_000
        let store = try await SQLiteStore(path: path, configuration: configuration)
        return store
    }

    struct Ledger: Aggregate, Codable {
        static let category: StreamCategory = "ledger"
        static var snapshots: SnapshotPolicy<Ledger> { .every(500) }
        var balance = 0

        static let handlers = EventHandlers<Ledger> {
            On(Deposited.self) { ledger, event in ledger.balance += event.cents }
            On(Withdrawn.self) { ledger, event in ledger.balance -= event.cents }
        }
    }

    struct Deposited: Event {
        static let eventType: EventType = "account.deposited"
        var cents: Int
    }

    struct Withdrawn: Event {
        static let eventType: EventType = "account.withdrawn"
        var cents: Int
    }
}
