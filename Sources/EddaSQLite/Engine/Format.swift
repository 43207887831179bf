internal import EddaCore
internal import EddaMigrations

/// The format of a database file: who wrote it, and which migrations it has had.
enum Format {
    private static let applicationID: Int64 = 0x4544_4441

    /// The format that this program writes.
    static var current: Int { Migrations.sqlite.count }

    /// Checks a file and brings it to the present format.
    ///
    /// - Throws: ``StoreError`` with code `cannotOpen` for a database that is not Edda's, `newerFormat` for one of a
    ///   later version, `corrupt` for one whose format is none that Edda writes.
    static func prepare(_ connection: Connection, path: String) throws {
        let format = try stored(connection, path: path)
        guard try connection.text("PRAGMA journal_mode = WAL") == "wal" else {
            throw StoreError(
                .cannotOpen,
                "\(path) cannot use write-ahead logging, which Edda needs. It does not work on network file systems or "
                    + "in memory."
            )
        }
        for step in Migrations.sqlite[format...] { try connection.execute(step) }
    }

    /// Checks a file for a reader, which changes nothing: it has to be of the present format already.
    ///
    /// - Throws: ``StoreError`` with code `cannotOpen` for what is no Edda database or of an older format, `newerFormat`
    ///   for one of a later version, `corrupt` for one whose format is none that Edda writes.
    static func check(_ connection: Connection, path: String) throws {
        let format = try stored(connection, path: path)
        guard format > 0 else {
            throw StoreError(.cannotOpen, "\(path) is empty, so it is no Edda database. Check the path.")
        }
        guard format == current else {
            throw StoreError(
                .cannotOpen,
                "\(path) has format \(format), which is older than this program's \(current), and is opened for reading "
                    + "only. The program that owns it brings it up to date when it opens it."
            )
        }
    }

    /// The format of a file; 0 when it is empty.
    private static func stored(_ connection: Connection, path: String) throws -> Int {
        let identity = try connection.integer("PRAGMA application_id")
        let format = Int(try connection.integer("PRAGMA user_version"))
        let tables = format > 0 ? 0 : try connection.integer("SELECT count(*) FROM sqlite_schema")
        if identity != applicationID {
            guard identity == 0, format == 0, tables == 0 else {
                throw StoreError(
                    .cannotOpen,
                    "\(path) is a SQLite database of another program. Choose another path; nothing was changed."
                )
            }
        }
        // The format is set in the transaction that makes the tables, and only ever rises.
        guard format > 0 || format == 0 && tables == 0 else {
            throw StoreError(
                .corrupt,
                "\(path) says that it has format \(format), which no database of Edda with tables has: something else has set "
                    + "its user_version. Restore it from a backup; nothing was changed."
            )
        }
        guard format <= current else {
            throw StoreError(
                .newerFormat,
                "\(path) has format \(format), and this program knows formats up to \(current). Run the newer program, "
                    + "or restore a backup that the older one made."
            )
        }
        return format
    }
}
