import EddaCore
import EddaProjections
import EddaTesting
import Testing

/// Projections read events under every name that they were stored under, inline, asynchronously and in a rebuild.
@Suite struct RenamedEventTests {
    let table = Table("openings", "account TEXT PRIMARY KEY, owner TEXT NOT NULL")

    func projection(_ mode: Projection.Mode = .async) -> Projection {
        Projection("openings", version: 1, mode: mode, tables: table) { [table] in
            On(AccountOpened.self) { event, context in
                try context.execute("INSERT INTO \(table) VALUES (\(context.key), \(event.owner))")
            }
        }
    }

    @Test(arguments: Projection.Mode.allCases)
    func earlierNamesCount(_ mode: Projection.Mode) async throws {
        #expect(projection().query == EventQuery(types: ["account.opened", "account.was-opened"]))
        try await ProjectionTest(projection(mode))
            .given([("account-1", Opened(owner: "ada")), ("account-2", AccountOpened(owner: "bob"))])
            .thenRows(
                of: "SELECT account, owner FROM openings ORDER BY account",
                equal: [[.text("1"), .text("ada")], [.text("2"), .text("bob")]]
            )
    }

    @Test func twoHandlersThatMeetInAnAliasAreRefused() async throws {
        let twice = Projection("openings", version: 1, tables: table) {
            On(AccountOpened.self) { _, _ in }
            On(Opened.self) { _, _ in }
        }
        let error = await #expect(throws: ProjectionError.self) {
            try await withStore { _ = try ProjectionEngine(store: $0, projections: [twice], logger: .silent) }
        }
        #expect(error?.code == .invalidDefinition)
        #expect(error?.description.contains("account.opened") == true)
    }
}

private struct AccountOpened: Event {
    static let eventType: EventType = "account.was-opened"
    static let aliases: [EventType] = ["account.opened"]
    var owner: String
}
