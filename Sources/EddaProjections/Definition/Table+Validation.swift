internal import EddaCore

extension Table {
    /// The longest name, in characters.
    static let maximumNameLength = 100

    /// Names of tables are compared without regard to case, as SQL does.
    var foldedName: String { name.lowercased() }

    /// Checks the names of the table and of its indexes.
    func validate(for projection: ProjectionName) throws(ProjectionError) {
        if let reason = Self.problem(with: name) {
            throw ProjectionError(
                .invalidTable,
                projection: projection,
                "Projection \(projection): \"\(name.prefix(120))\" cannot be the name of a table: \(reason)."
            )
        }
        for index in indexes.keys.sorted() {
            guard let reason = Self.problem(with: index) else { continue }
            throw ProjectionError(
                .invalidTable,
                projection: projection,
                "Projection \(projection): \"\(index.prefix(120))\" cannot be the name of an index of table \(name): "
                    + "\(reason)."
            )
        }
    }

    /// What is wrong with a name, or `nil` when nothing is.
    static func problem(with name: String) -> String? {
        guard let first = name.utf8.first else { return "it is empty" }
        if name.utf8.count > maximumNameLength { return "it is longer than \(maximumNameLength) characters" }
        guard isLetter(first), name.utf8.allSatisfy({ isLetter($0) || isDigit($0) }) else {
            return "it is not of the form [A-Za-z_][A-Za-z0-9_]*"
        }
        let folded = name.lowercased()
        for prefix in ["edda_", "sqlite_"] where folded.hasPrefix(prefix) {
            return "names that begin with \(prefix) are reserved"
        }
        return looksPhysical(name) ? "it ends like the physical name of a build, \"__VERSION_BUILD\"" : nil
    }

    /// Whether the name ends in two underscores, digits, an underscore, digits.
    private static func looksPhysical(_ name: String) -> Bool {
        let parts = name.utf8.split(separator: UInt8(ascii: "_"), omittingEmptySubsequences: false)
        guard parts.count >= 4, parts[parts.count - 3].isEmpty else { return false }
        return parts.suffix(2).allSatisfy { !$0.isEmpty && $0.allSatisfy(isDigit) }
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "_") || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}
