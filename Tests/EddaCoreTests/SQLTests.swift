import EddaCore
import Testing

@Suite struct SQLTests {
    @Test func valuesAreBoundNeverSpliced() {
        let customer = "it's; DROP TABLE orders --"
        let statement: SQL =
            "SELECT * FROM t WHERE a = \(customer) AND b IN (\(1), \(2.5)) AND c = \([1, 2] as [UInt8])"
        let (text, values) = statement.rendered { $0 }
        #expect(text == "SELECT * FROM t WHERE a = ? AND b IN (?, ?) AND c = ?")
        #expect(values == [.text(customer), .integer(1), .real(2.5), .blob([1, 2])])
    }

    @Test func namesAreResolvedAndQuoted() throws {
        let statement: SQL = "UPDATE \(name: "orders") SET x = \(true) WHERE y = \(String?.none)"
        let (text, values) = statement.rendered { "p1_\($0)\"" }
        #expect(text == #"UPDATE "p1_orders""" SET x = ? WHERE y = ?"#)
        #expect(values == [.integer(1), .null])
        #expect(throws: Rejection.self) { try statement.rendered { throw Rejection("unknown.\($0)") } }
    }

    @Test func quotesDoubleQuotes() {
        #expect(SQL.quoted(#"a"b""c"#) == #""a""b""""c""#)
        #expect(SQL.quoted("größe \u{301}") == "\"größe \u{301}\"")
    }

    @Test func columnsAreReadByNameAndType() throws {
        let row = SQLRow(
            columns: ["i", "t", "n", "r", "b"],
            values: [.integer(300), .text("x"), .null, .real(1.5), .blob([7])]
        )
        #expect(try row.value("i", as: Int.self) == 300)
        #expect(try row.value("i", as: Double.self) == 300)
        #expect(try row.value("t", as: String.self) == "x")
        #expect(try row.value("n", as: String?.self) == nil)
        #expect(try row.value("t", as: String?.self) == "x")
        #expect(try row.value("r", as: Double.self) == 1.5)
        #expect(try row.value("b", as: [UInt8].self) == [7])
        #expect(try row.value("i", as: Timestamp.self) == Timestamp(microseconds: 300))
        #expect(try row.value("n", as: SQLValue.self) == .null)
    }

    @Test func aColumnThatIsMissingOrOfAnotherTypeIsNamed() {
        let row = SQLRow(columns: ["i", "n"], values: [.integer(1 << 40), .null])
        let missing = #expect(throws: StoreError.self) { try row.value("x", as: Int.self) }
        #expect(missing?.code == .badSQL)
        #expect(missing?.description.contains("\"x\"") == true)
        for wrong in [
            #expect(throws: StoreError.self, performing: { try row.value("i", as: String.self) }),
            #expect(throws: StoreError.self, performing: { try row.value("i", as: Int32.self) }),
            #expect(throws: StoreError.self, performing: { try row.value("i", as: Bool.self) }),
            #expect(throws: StoreError.self, performing: { try row.value("n", as: Int.self) }),
        ] { #expect(wrong?.code == .badSQL) }
    }
}
