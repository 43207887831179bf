import EddaCore
import EddaTesting
import Testing

@testable import EddaProjections

@Suite struct DefinitionTests {
    func engine(_ projections: [Projection]) throws -> ProjectionEngine {
        try ProjectionEngine(store: InMemoryStore(), projections: projections, logger: .silent)
    }

    func code(_ projections: Projection...) -> ProjectionError.Code? {
        do {
            _ = try engine(projections)
            return nil
        } catch {
            return (error as? ProjectionError)?.code
        }
    }

    @Test(arguments: [
        "", "1a", "a-b", "a b", "a\"b", "größe", "a;b", "edda_x", "EDDA_x", "sqlite_x", "orders__1_2",
        String(repeating: "a", count: 101),
    ])
    func aTableNeedsASoundName(_ name: String) {
        #expect(code(Projection("p", version: 1, tables: Table(name, "a INTEGER")) {}) == .invalidTable)
        #expect(
            code(Projection("p", version: 1, tables: Table("t", "a INTEGER", indexes: [name: "a"])) {}) == .invalidTable
        )
    }

    @Test(arguments: ["a", "_", "A9_z", "orders__1", "orders_1_2", "x__y_1", String(repeating: "a", count: 100)])
    func aSoundNameIsTaken(_ name: String) {
        #expect(code(Projection("p", version: 1, tables: Table(name, "a INTEGER")) {}) == nil)
    }

    @Test func theErrorNamesProjectionAndTable() throws {
        let error = #expect(throws: ProjectionError.self) {
            try engine([Projection("shop", version: 1, tables: Table("a-b", "a INTEGER")) {}])
        }
        #expect(error?.projection == "shop")
        #expect(error?.description.contains("shop") == true && error?.description.contains("a-b") == true)
    }

    @Test func definitionsThatContradictAreRefused() {
        let (one, two) = (Table("t", "a INTEGER"), Table("T", "a INTEGER"))
        #expect(code(Projection("p", version: 0) {}) == .invalidDefinition)
        #expect(code(Projection("p", version: 1) {}, Projection("p", version: 2) {}) == .invalidDefinition)
        #expect(code(Projection("p", version: 1, tables: one, two) {}) == .invalidDefinition)
        #expect(
            code(Projection("p", version: 1, tables: one) {}, Projection("q", version: 1, tables: two) {})
                == .invalidDefinition
        )
        let twice = Projection("p", version: 1) {
            On(Closed.self) { _, _ in }
            On(Closed.self) { _, _ in }
        }
        #expect(code(twice) == .invalidDefinition)
    }

    @Test func theQueryAsksForTheHandledTypes() {
        #expect(
            Accounts("x").projection().query
                == EventQuery(types: ["account.opened", "account.deposited", "account.closed"])
        )
        #expect(Projection("p", version: 1) {}.query == .all)
    }

    @Test func interpolatingATableDefersItsName() {
        let table = Table("orders", "a INTEGER")
        let statement: SQL = "DELETE FROM \(table) WHERE a = \(1)"
        #expect(
            statement.segments == [
                .text("DELETE FROM "), .name("orders"), .text(" WHERE a = "), .value(.integer(1)),
            ]
        )
    }

    @Test func physicalNamesCarryVersionAndBuild() {
        let record = ProjectionRecord(
            name: "p",
            build: 3,
            version: 2,
            status: .building,
            position: .start,
            tables: ["orders"],
            startedAt: Timestamp(microseconds: 0),
            updatedAt: Timestamp(microseconds: 0)
        )
        let tables = BuildTables(record)
        #expect(tables.physicalName(of: "orders") == "orders__2_3")
        #expect(tables.physicalName(of: "other") == nil)
        let statements = tables.creation(of: Table("orders", "a INTEGER", indexes: ["z": "a DESC", "b": "a"]))
        #expect(
            statements.map { $0.rendered { $0 }.text } == [
                "CREATE TABLE \"orders__2_3\" (\na INTEGER\n)",
                "CREATE INDEX \"orders__2_3__b\" ON \"orders__2_3\" (\na\n)",
                "CREATE INDEX \"orders__2_3__z\" ON \"orders__2_3\" (\na DESC\n)",
            ]
        )
    }
}
