internal import EddaCore

/// Verifies a table row by row, in pages that begin after the key of the last row.
struct TablePart: VerificationPart {
    let name: String
    private let table: String
    /// Rows after a key, which is the first columns: bound are the key and the page's size.
    private let sql: String
    private let keyCount: Int32
    private let judge: @Sendable (Statement, inout VerificationPage) throws -> Void
    private var key: [SQLValue]
    private(set) var done = 0
    private(set) var total = 0

    private static let pageSize = 2_000

    /// A part.
    ///
    /// - Parameters:
    ///   - name: What the rows are.
    ///   - table: The table, for their number.
    ///   - sql: The rows after a key in the order of keys.
    ///   - key: A key before the first.
    ///   - judge: Finds what is wrong with a row.
    init(
        _ name: String,
        in table: String,
        _ sql: String,
        after key: [SQLValue],
        judge: @escaping @Sendable (Statement, inout VerificationPage) throws -> Void
    ) {
        self.name = name
        self.table = table
        self.sql = sql
        self.key = key
        keyCount = Int32(key.count)
        self.judge = judge
    }

    func page(in transaction: SQLiteReadTransaction) throws -> VerificationPage {
        var page = VerificationPage()
        var rest = self
        var count = 0
        if done == 0 {
            try transaction.each("SELECT count(*) FROM \(table)") { rest.total = Int($0.integer(0)) }
        }
        try transaction.each(sql, key + [.integer(Int64(Self.pageSize))]) { row in
            count += 1
            rest.key = (0..<keyCount).map { row.value($0) }
            try judge(row, &page)
        }
        rest.done += count
        if count == Self.pageSize { page.next = rest }
        return page
    }
}
