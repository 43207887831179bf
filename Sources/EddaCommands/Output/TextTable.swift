#if CLI
/// A table for people: a head, rows, columns that line up.
package struct TextTable: Sendable {
    /// A column.
    package struct Column: Sendable {
        let title: String
        let isRightAligned: Bool

        /// A column of text.
        package static func text(_ title: String) -> Column { Column(title: title, isRightAligned: false) }

        /// A column of numbers, which line up at their last digits.
        package static func number(_ title: String) -> Column { Column(title: title, isRightAligned: true) }
    }

    private static let gap = "  "
    /// No column is made narrower than this to fit a terminal.
    private static let narrowest = 6

    private let columns: [Column]
    private var rows: [[String]] = []

    /// A table without rows.
    package init(_ columns: Column...) { self.init(columns) }

    /// A table without rows.
    package init(_ columns: [Column]) { self.columns = columns }

    /// Whether it has no rows.
    package var isEmpty: Bool { rows.isEmpty }

    /// Adds a row; a cell that is `nil` shows as a dash.
    package mutating func add(_ cells: String?...) { add(cells: cells) }

    /// Adds a row; a cell that is `nil` shows as a dash.
    package mutating func add(cells: [String?]) {
        precondition(cells.count == columns.count, "A row has as many cells as the table has columns.")
        rows.append(cells.map { $0.map(\.printable) ?? "–" })
    }

    /// The lines of the table, each with a line end.
    ///
    /// - Parameter width: The most columns that a line may take; `nil` for no limit. Too wide columns are cut, the
    ///   widest first.
    package func rendered(width: Int?) -> String {
        var widths: [Int] = []
        return rendered(width: width, widths: &widths, withHead: true)
    }

    /// The lines of the table.
    ///
    /// - Parameter widths: How wide the columns at least are; afterwards, how wide they became.
    func rendered(width: Int?, widths: inout [Int], withHead: Bool) -> String {
        if widths.isEmpty { widths = columns.map(\.title.displayWidth) }
        for index in columns.indices {
            widths[index] = rows.reduce(widths[index]) { max($0, $1[index].displayWidth) }
        }
        var shown = widths
        if let width { fit(&shown, into: width) }
        return ((withHead ? [columns.map(\.title)] : []) + rows).map { line($0, widths: shown) }.joined()
    }

    private func fit(_ widths: inout [Int], into width: Int) {
        let gaps = Self.gap.count * (widths.count - 1)
        while widths.reduce(gaps, +) > width {
            guard let widest = widths.indices.max(by: { widths[$0] < widths[$1] }), widths[widest] > Self.narrowest
            else { return }
            // Down to the second widest, or as far as is needed.
            let second = widths.enumerated().lazy.filter { $0.offset != widest }.map(\.element).max() ?? 0
            let excess = widths.reduce(gaps, +) - width
            widths[widest] = max(Self.narrowest, min(widths[widest] - 1, max(second, widths[widest] - excess)))
        }
    }

    private func line(_ cells: [String], widths: [Int]) -> String {
        var line = ""
        for (index, cell) in cells.enumerated() {
            let text = cell.truncated(to: widths[index])
            let padding = String(repeating: " ", count: max(0, widths[index] - text.displayWidth))
            if index > 0 { line += Self.gap }
            line += columns[index].isRightAligned ? padding + text : text + padding
        }
        while line.last == " " { line.removeLast() }
        return line + "\n"
    }
}
#endif
