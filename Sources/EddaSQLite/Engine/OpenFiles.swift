internal import CSQLite
internal import EddaCore
internal import Synchronization

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// The databases that this process has open.
///
/// A second store on one file would be a second writer with a memory of its own, so it is refused.
enum OpenFiles {
    private static let paths = Mutex<Set<String>>([])

    /// The absolute path of a database, its folder's links resolved.
    ///
    /// - Throws: ``StoreError`` when the path cannot be a durable database: in memory, in a folder that is not there, or
    ///   on a network file system.
    static func resolve(_ path: String) throws(StoreError) -> String {
        guard !path.isEmpty, path != ":memory:", !path.hasPrefix("file:") else {
            throw StoreError(
                .cannotOpen,
                "\"\(path)\" is no path of a database file. For a store in memory use InMemoryStore of EddaTesting."
            )
        }
        let slash = path.utf8.lastIndex(of: UInt8(ascii: "/"))
        let folder = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        let name = slash.map { String(path[path.utf8.index(after: $0)...]) } ?? path
        guard !name.isEmpty else { throw StoreError(.cannotOpen, "\"\(path)\" is a folder, not a database file.") }
        guard let real = realpath(folder, nil) else {
            throw StoreError(
                .cannotOpen,
                "The folder \(folder) of the database \(name) cannot be entered: \(String(cString: strerror(errno))). "
                    + "Create it first."
            )
        }
        defer { free(real) }
        let absolute = String(cString: real)
        if edda_is_on_network(absolute) != 0 {
            throw StoreError(
                .cannotOpen,
                "\(absolute) is on a network file system, where SQLite's locks do not hold (sqlite.org/wal.html). Put the "
                    + "database on a local disk."
            )
        }
        return absolute == "/" ? "/\(name)" : "\(absolute)/\(name)"
    }

    /// Enters a database.
    ///
    /// - Throws: ``StoreError`` when it is open already.
    static func claim(_ path: String) throws(StoreError) {
        guard paths.withLock({ $0.insert(path).inserted }) else {
            throw StoreError(
                .cannotOpen,
                "\(path) is already open in this process. Use that store, or close it first."
            )
        }
    }

    /// Takes a database off the list.
    static func release(_ path: String) { paths.withLock { _ = $0.remove(path) } }
}
