/// The numbered SQL files of this folder, embedded so that a program needs nothing beside itself.
///
/// Each file can also be applied by hand: `sqlite3 FILE < Migrations/SQLite/0001_store.sql`.
package enum Migrations {
    /// The steps for SQLite: the first makes format 1 out of an empty file, the next format 2 out of format 1, and so on.
    package static let sqlite: [String] = [
        String(decoding: PackageResources._001_store_sql, as: UTF8.self)
    ]
}
