import EddaCore
import EddaSQLite
import EddaTesting
import Testing

@testable import EddaSQLite

@Suite struct QueryPlanTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    static let queries: [EventQuery] = [
        .all,
        EventQuery(types: ["a"]),
        EventQuery(types: ["a", "b", "c"]),
        EventQuery(tags: ["x"]),
        EventQuery(tags: ["x", "y"]),
        EventQuery(types: ["a", "b"], tags: ["x", "y"], category: "s"),
        EventQuery(category: "s"),
        EventQuery([.init(types: ["a"]), .init(tags: ["x"]), .init(category: "s")]),
    ]

    // Every alternative is found by an index in the order of positions, so a page costs what it returns.
    @Test(arguments: queries, ReadDirection.allCases)
    func noQueryScansOrSorts(query: EventQuery, direction: ReadDirection) async throws {
        let store = try await folder.store()
        try await store.append(
            Append(
                ["a", "b", "c"].map { EventData(type: EventType(unchecked: $0), tags: ["x", "y"], data: []) },
                to: "s-1"
            )
        )
        await store.close()
        let raw = try RawDatabase(folder.file())
        let number = { (name: String, kind: NameMemory.Kind) -> Int64? in
            let table = ["edda_types", "edda_categories", "edda_tags"][kind.rawValue]
            return try raw.rows("SELECT id FROM \(table) WHERE name = '\(name)'").first.flatMap { Int64($0) }
        }
        // Whichever index leads.
        for sparsest in 0..<4 {
            var choice = 0
            let compiler = QueryCompiler(number: number) { _, _, _, _ in
                choice += 1
                return choice == sparsest ? nil : 1
            }
            for upTo in [100, nil] as [Int64?] {
                choice = 0
                let compiled = try compiler.select(query, direction, after: 0, upTo: upTo, limit: 10)
                try check(#require(compiled).sql, raw)
            }
        }
    }

    // A stream and a conversation are found by their index, in order.
    @Test(arguments: [
        StoreStatement.streamState, .streamForward, .streamBackward, .streamShown,
        .eventsBetween, .eventShown, .correlated, .inboxOpen,
    ])
    func noStreamScansOrSorts(statement: StoreStatement) async throws {
        try await folder.store().close()
        try check(statement.sql, RawDatabase(folder.file()))
    }

    private func check(_ sql: String, _ raw: RawDatabase) throws {
        let plan = try raw.rows("EXPLAIN QUERY PLAN \(sql)")
        for line in plan {
            #expect(!line.contains("TEMP B-TREE"), "\(plan)")
            #expect(!line.contains("SCAN e") && !line.contains("SCAN t") && !line.contains("SCAN h"), "\(plan)")
        }
        #expect(plan.contains { $0.contains("SEARCH") })
    }
}
