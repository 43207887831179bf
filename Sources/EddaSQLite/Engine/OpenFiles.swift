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
    private struct Claims {
        var tokens: [ExactText: UInt64] = [:]
        var next: UInt64 = 1
    }

    private static let claims = Mutex(Claims())

    /// The absolute path of a database, all links resolved: the files beside it are found by it, as SQLite finds its own.
    ///
    /// - Throws: ``StoreError`` when the path cannot be a durable database: in memory, in a folder that is not there,
    ///   or on a network file system.
    static func resolve(_ path: String) throws(StoreError) -> String {
        guard !path.isEmpty, path != ":memory:", !path.hasPrefix("file:") else {
            throw StoreError(
                .cannotOpen,
                "\"\(path)\" is no path of a database file. For a store in memory use InMemoryStore of EddaTesting."
            )
        }
        guard !path.utf8.contains(0) else {
            throw StoreError(.cannotOpen, "The path of the database holds the character U+0000, where it would end.")
        }
        if let real = realpath(path, nil) {
            defer { free(real) }
            let absolute = String(cString: real)
            var status = stat()
            guard stat(absolute, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
                throw StoreError(.cannotOpen, "\"\(path)\" is no file, so it is no database. Choose another path.")
            }
            guard status.st_nlink == 1 else {
                // Each name would have a log and a lock file of its own (sqlite.org/howtocorrupt.html, section 2.5).
                throw StoreError(
                    .cannotOpen,
                    "\(absolute) has \(status.st_nlink) names (hard links), and the files beside a database belong to one "
                        + "of them. Remove the others, or copy the database with a backup."
                )
            }
            try refuseNetwork(absolute)
            return absolute
        }
        var link = stat()
        guard lstat(path, &link) != 0 else {
            throw StoreError(.cannotOpen, "\"\(path)\" is a link to nowhere. Remove it, or create what it points to.")
        }
        let place = FilePlace(path)
        guard !place.name.isEmpty else {
            throw StoreError(.cannotOpen, "\"\(path)\" is a folder, not a database file.")
        }
        let (folder, absolute) = try place.resolved(for: "database", .cannotOpen)
        try refuseNetwork(folder)
        return absolute
    }

    /// Refuses a path where there is nothing to read.
    ///
    /// - Parameter advice: What to do about it.
    /// - Throws: ``StoreError`` with code `cannotOpen`.
    static func requireFile(_ path: String, advice: String?) throws(StoreError) {
        let advice = advice ?? "Check the path."
        var status = stat()
        guard stat(path, &status) == 0 else {
            throw StoreError(.cannotOpen, "There is no database at \(path). \(advice)")
        }
        // Whoever creates a database writes its first page before anything else.
        guard status.st_size > 0 else {
            throw StoreError(.cannotOpen, "\(path) is empty, so it is no Edda database. \(advice)")
        }
    }

    private static func refuseNetwork(_ path: String) throws(StoreError) {
        guard edda_is_on_network(path) != 0 else { return }
        throw StoreError(
            .cannotOpen,
            "\(path) is on a network file system, where SQLite's locks do not hold (sqlite.org/wal.html). Put the database "
                + "on a local disk."
        )
    }

    /// Enters a database.
    ///
    /// - Returns: What ``release(_:_:)`` takes.
    /// - Throws: ``StoreError`` when it is open already.
    static func claim(_ path: String) throws(StoreError) -> UInt64 {
        let token: UInt64? = claims.withLock { claims in
            guard claims.tokens[ExactText(path)] == nil else { return nil }
            claims.next += 1
            claims.tokens[ExactText(path)] = claims.next
            return claims.next
        }
        guard let token else {
            throw StoreError(
                .cannotOpen,
                "\(path) is already open in this process. Use that store, or close it first."
            )
        }
        return token
    }

    /// Takes a database off the list, if it is still there for this claim: a store may be let go of long after it was
    /// closed, and then the path may be another store's.
    static func release(_ path: String, _ token: UInt64) {
        claims.withLock { claims in
            if claims.tokens[ExactText(path)] == token { claims.tokens[ExactText(path)] = nil }
        }
    }
}
