internal import EddaCore

/// The numbers of interned names that a connection has met.
///
/// Names are never renumbered, so what was committed stays true; what a unit interned is forgotten when the unit is
/// rolled back.
struct NameMemory {
    /// A table of interned names.
    enum Kind: Int, CaseIterable {
        case type
        case category
        case tag
    }

    /// A version of an event type's shape that is known to be in `edda_type_versions`.
    struct Version: Hashable {
        let type: Int64
        let schemaVersion: Int
    }

    private enum Entry {
        case name(String, Kind, number: Int64)
        case version(Version)
    }

    private var numbers: [[ExactText: Int64]] = Array(repeating: [:], count: Kind.allCases.count)
    /// The names of types by number: numbers are given from 1 on, and looked up for every event that is read.
    private var types: [String?] = []
    private var versions: Set<Version> = []
    private var uncommitted: [Entry] = []

    /// The most names of a kind that are remembered; beyond it the memory starts anew.
    private static let limit = 16_384

    func number(of name: String, _ kind: Kind) -> Int64? { numbers[kind.rawValue][ExactText(name)] }

    func typeName(_ number: Int64) -> String? {
        types.indices.contains(Int(number)) ? types[Int(number)] : nil
    }

    private mutating func setTypeName(_ number: Int64, to name: String?) {
        guard (0..<Int64(Self.limit)).contains(number) else { return }
        while types.count <= Int(number) { types.append(nil) }
        types[Int(number)] = name
    }

    /// Remembers a committed name.
    mutating func remember(_ name: String, _ kind: Kind, as number: Int64) {
        if numbers[kind.rawValue].count >= Self.limit { numbers[kind.rawValue].removeAll(keepingCapacity: true) }
        numbers[kind.rawValue][ExactText(name)] = number
        if kind == .type { setTypeName(number, to: name) }
    }

    /// Remembers a name that the running transaction has interned.
    mutating func intern(_ name: String, _ kind: Kind, as number: Int64) {
        remember(name, kind, as: number)
        uncommitted.append(.name(name, kind, number: number))
    }

    func contains(_ version: Version) -> Bool { versions.contains(version) }

    /// Remembers a version that the running transaction has noted.
    mutating func note(_ version: Version) {
        if versions.count >= Self.limit { versions.removeAll(keepingCapacity: true) }
        versions.insert(version)
        uncommitted.append(.version(version))
    }

    /// How much a rollback from here on would have to undo.
    var mark: Int { uncommitted.count }

    /// Forgets what was interned since a mark.
    mutating func rollBack(to mark: Int) {
        for entry in uncommitted[mark...] {
            switch entry {
            case .name(let name, let kind, let number):
                numbers[kind.rawValue][ExactText(name)] = nil
                if kind == .type { setTypeName(number, to: nil) }
            case .version(let version):
                versions.remove(version)
            }
        }
        uncommitted.removeSubrange(mark...)
    }

    /// Keeps what was interned for good.
    mutating func commit() { uncommitted.removeAll(keepingCapacity: true) }
}
