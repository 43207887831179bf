import EddaCore
import EddaProjections
import EddaTesting

/// The domain of these tests: accounts that are opened, used and closed.
struct Opened: Event {
    static let eventType: EventType = "account.opened"
    var owner: String
}

struct Deposited: Event {
    static let eventType: EventType = "account.deposited"
    var cents: Int
}

struct Closed: Event {
    static let eventType: EventType = "account.closed"
}

/// Of no concern to the projections.
struct Noted: Event {
    static let eventType: EventType = "note.taken"
    var text: String
}

/// A projection of two tables that have to agree: one row per open account, and how many are open.
struct Accounts {
    let accounts: Table
    let totals: Table
    let name: ProjectionName

    /// - Parameter prefix: Names the projection and begins the names of its tables.
    init(_ prefix: String) {
        name = ProjectionName(stringLiteral: prefix)
        accounts = Table(
            "\(prefix)_accounts",
            "account TEXT PRIMARY KEY, owner TEXT NOT NULL, cents INTEGER NOT NULL -- as of now",
            indexes: ["by_owner": "owner, cents"]
        )
        totals = Table("\(prefix)_totals", "kind TEXT PRIMARY KEY, amount INTEGER NOT NULL")
    }

    /// - Parameter fault: Called with every deposit, to fail it.
    func projection(
        version: Int = 1,
        mode: Projection.Mode = .async,
        fault: @escaping @Sendable (Deposited, ProjectionContext) throws -> Void = { _, _ in }
    ) -> Projection {
        Projection(name, version: version, mode: mode, tables: accounts, totals) { [accounts, totals] in
            On(Opened.self) { event, context in
                try context.execute("INSERT INTO \(accounts) VALUES (\(context.key), \(event.owner), 0)")
                try context.execute(
                    "INSERT INTO \(totals) VALUES ('open', 1) ON CONFLICT DO UPDATE SET amount = amount + 1"
                )
            }
            On(Deposited.self) { event, context in
                try fault(event, context)
                try context.execute(
                    "UPDATE \(accounts) SET cents = cents + \(event.cents) WHERE account = \(context.key)"
                )
            }
            On(Closed.self) { _, context in
                try context.execute("DELETE FROM \(accounts) WHERE account = \(context.key)")
                try context.execute("UPDATE \(totals) SET amount = amount - 1 WHERE kind = 'open'")
            }
        }
    }

    /// What readers see.
    func rows(in store: any Store) async throws -> AccountRows {
        let (accounts, totals) = (accounts.name, totals.name)
        return try await store.read { try AccountRows(accounts: accounts, totals: totals, in: $0) }
    }
}

/// The contents of the two tables.
struct AccountRows: Hashable, Sendable {
    var accounts: [[SQLValue]] = []
    var open: Int64 = 0

    init(accounts: String, totals: String, in transaction: any ReadTransaction) throws {
        self.accounts = try transaction.rows(
            SQL(stringLiteral: "SELECT account, owner, cents FROM \(accounts) ORDER BY account")
        )
        .map(\.values)
        let sum = try transaction.rows(SQL(stringLiteral: "SELECT coalesce(sum(amount), 0) AS open FROM \(totals)"))
        open = try sum[0].value("open")
    }

    /// What the projection has to make of a history, computed without it.
    init(_ history: some Sequence<AccountHistory.Entry>) {
        var state: [String: (owner: String, cents: Int)] = [:]
        for entry in history {
            switch entry.event {
            case let event as Opened: state[entry.stream.key] = (event.owner, 0)
            case let event as Deposited: state[entry.stream.key]?.cents += event.cents
            case is Closed: state[entry.stream.key] = nil
            default: break
            }
        }
        accounts = state.sorted { $0.key < $1.key }
            .map { [.text($0.key), .text($0.value.owner), .integer(Int64($0.value.cents))] }
        open = Int64(state.count)
    }
}

/// Random histories.
enum AccountHistory {
    struct Entry: Sendable {
        var stream: StreamID
        var event: any Event
    }

    /// A legal history: accounts are opened before they are used and not used after they are closed.
    static func random(_ count: Int, seed: UInt64, firstAccount: Int = 0) -> [Entry] {
        var generator = SeededGenerator(seed: seed)
        var open: [StreamID] = []
        var next = firstAccount
        return (0..<count)
            .map { _ in
                let dice = Int.random(in: 0..<10, using: &generator)
                if dice < 3 || open.isEmpty {
                    let stream = StreamID(stringLiteral: "account-\(next)")
                    next += 1
                    open.append(stream)
                    return Entry(stream: stream, event: Opened(owner: "owner \(next % 7)"))
                }
                let index = Int.random(in: 0..<open.count, using: &generator)
                switch dice {
                case 3: return Entry(stream: open.remove(at: index), event: Closed())
                case 4, 5: return Entry(stream: "note-1", event: Noted(text: "\(dice)"))
                default:
                    let cents = Int.random(in: 1...1_000, using: &generator)
                    return Entry(stream: open[index], event: Deposited(cents: cents))
                }
            }
    }
}

extension Store {
    /// Appends a history, each run of `size` events in one append.
    func append(_ history: [AccountHistory.Entry], by size: Int = 1) async throws {
        let schema = schema
        for start in stride(from: 0, to: history.count, by: size) {
            let entries = try history[start..<min(start + size, history.count)]
                .map { Append.Entry(stream: $0.stream, event: try EventData($0.event, schema: schema)) }
            _ = try await append(Append(entries))
        }
    }

    /// All builds of a projection.
    func builds(of name: ProjectionName) async throws -> [ProjectionRecord] {
        try await read { try $0.projections(name) }
    }

    /// The build that readers see.
    func live(_ name: ProjectionName) async throws -> ProjectionRecord? {
        try await builds(of: name).first { $0.status == .live }
    }
}
