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
    package init(_ columns: Column...) { self.columns = columns }

    /// Whether it has no rows.
    package var isEmpty: Bool { rows.isEmpty }

    /// Adds a row; a cell that is `nil` shows as a dash.
    package mutating func add(_ cells: String?...) {
        precondition(cells.count == columns.count, "A row has as many cells as the table has columns.")
        rows.append(cells.map { $0.map(\.printable) ?? "–" })
    }

    /// The lines of the table, each with a line end.
    ///
    /// - Parameter width: The most columns that a line may take; `nil` for no limit. Too wide columns are cut, the
    ///   widest first.
    package func rendered(width: Int?) -> String {
        var widths = columns.indices.map { index in
            rows.reduce(columns[index].title.displayWidth) { max($0, $1[index].displayWidth) }
        }
        if let width { fit(&widths, into: width) }
        return ([columns.map(\.title)] + rows).map { line($0, widths: widths) }.joined()
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
