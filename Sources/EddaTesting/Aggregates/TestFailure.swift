/// A check of EddaTesting did not hold.
public struct TestFailure: Error, Hashable, CustomStringConvertible {
    /// What was expected and what was found.
    public let description: String

    /// Describes a failure.
    public init(_ description: String) { self.description = description }

    /// Shows two lists side by side: `-` marks what was expected, `+` what was found instead.
    init(expected: [String], found: [String]) {
        var lines = ["The decision returned other events than expected (- expected, + found):"]
        let difference = found.difference(from: expected)
        var removed: [Int: String] = [:]
        var inserted: [Int: String] = [:]
        for change in difference {
            switch change {
            case .remove(let offset, let line, _): removed[offset] = line
            case .insert(let offset, let line, _): inserted[offset] = line
            }
        }
        var old = 0
        var new = 0
        while old < expected.count || new < found.count {
            if let line = removed[old] {
                lines.append("- \(line)")
                old += 1
            } else if let line = inserted[new] {
                lines.append("+ \(line)")
                new += 1
            } else {
                lines.append("  \(expected[old])")
                old += 1
                new += 1
            }
        }
        self.init(lines.joined(separator: "\n"))
    }
}
