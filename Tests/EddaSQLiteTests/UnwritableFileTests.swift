import CSQLite
import EddaCore
import EddaTesting
import Testing

@testable import EddaSQLite

// guarantees: G14
@Suite struct UnwritableFileTests {
    @Test func aStatementThatSQLiteMayNotWriteIsNoBadSQL() async throws {
        let folder = try TemporaryFolder()
        await (try folder.store()).close()
        let connection = try Connection(path: folder.file(), access: .reader(patience: .seconds(1)))
        let failure = #expect(throws: SQLiteFailure.self) { try connection.execute("CREATE TABLE mine (x)") }
        #expect(failure?.code == SQLITE_READONLY)
        let error = failure?.storeError(path: folder.file())
        #expect(error?.code == .readOnly)
        #expect(error?.description.contains(folder.file()) == true)
    }

    // sqlite.org/rescode.html
    @Test(
        arguments: [
            (264, "recovered"), (520, "recovered"), (776, "allows no writing"), (1_032, "moved or deleted"),
            (1_288, "recovered"), (1_544, "folder"), (8, "allows no writing"),
        ] as [(Int32, String)]
    )
    func everyReasonHasItsNextStep(_ code: Int32, _ words: String) {
        let error = SQLiteFailure(extendedCode: code, message: "attempt to write a readonly database")
            .storeError(path: "/srv/orders.db")
        #expect(error.code == .readOnly)
        #expect(!error.isRetriable)
        #expect(error.description.hasPrefix("/srv/orders.db cannot be written: "))
        #expect(error.description.contains(words))
        #expect(error.description.hasSuffix("."))
    }
}
