import EddaCore
import EddaProjections
import EddaTesting
import Testing

/// The given/when/then of projections tells right from wrong.
@Suite struct ProjectionTestTests {
    let accounts = Accounts("book")

    func test(_ projection: Projection) -> ProjectionTest {
        ProjectionTest(projection)
            .given([("account-1", Opened(owner: "ada")), ("account-2", Opened(owner: "eve"))])
            .given([("account-1", Deposited(cents: 7)), ("account-2", Closed())])
    }

    @Test(arguments: Projection.Mode.allCases)
    func expectedRowsPass(_ mode: Projection.Mode) async throws {
        try await test(accounts.projection(mode: mode))
            .thenRows(
                of: "SELECT account, owner, cents FROM book_accounts",
                equal: [[.text("1"), .text("ada"), .integer(7)]]
            )
    }

    @Test func otherRowsFailAndAreShown() async throws {
        let failure = await #expect(throws: TestFailure.self) {
            try await test(accounts.projection())
                .thenRows(of: "SELECT cents FROM book_accounts", equal: [[.integer(8)]])
        }
        #expect(failure?.description.contains("book") == true)
        #expect(failure?.description.contains("integer(7)") == true)
        #expect(failure?.description.contains("integer(8)") == true)
    }

    @Test func rowsThatDependOnMoreThanEventsFailTheRebuild() async throws {
        let calls = Shared<Int64>(0)
        let table = Table("impure", "n INTEGER")
        let projection = Projection("impure", version: 1, tables: table) {
            On(Opened.self) { _, context in
                let call = calls.update { count in
                    count += 1
                    return count
                }
                try context.execute("INSERT INTO \(table) VALUES (\(call))")
            }
        }
        let failure = await #expect(throws: TestFailure.self) {
            try await ProjectionTest(projection).given([("account-1", Opened(owner: "ada"))])
                .thenRows(of: "SELECT n FROM impure", equal: [[.integer(1)]])
        }
        #expect(failure?.description.contains("after a rebuild") == true)
    }

    @Test func aFailingHandlerFailsTheTest() async throws {
        let error = await #expect(throws: ProjectionError.self) {
            try await test(accounts.projection { _, _ in throw Fault() })
                .thenRows(of: "SELECT 1", equal: [[.integer(1)]])
        }
        #expect(error?.code == .handlerFailed)
    }
}
