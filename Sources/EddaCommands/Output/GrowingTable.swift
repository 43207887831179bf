#if CLI
/// A table whose rows come one after another, and whose columns grow as wide as the widest cell so far.
struct GrowingTable: Sendable {
    private let columns: [TextTable.Column]
    private let width: Int?
    private var widths: [Int] = []
    private var hasHead = false

    /// A table without rows.
    ///
    /// - Parameter width: The most columns that a line may take; `nil` for no limit.
    init(_ columns: [TextTable.Column], width: Int?) {
        self.columns = columns
        self.width = width
    }

    /// The lines of some rows; the head of the table stands before the first.
    mutating func lines(_ rows: [[String?]]) -> String {
        var table = TextTable(columns)
        for row in rows { table.add(cells: row) }
        defer { hasHead = true }
        return table.rendered(width: width, widths: &widths, withHead: !hasHead)
    }
}
#endif
