internal import CSQLite
public import EddaCore

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

extension SQLiteStore: Diagnosable {
    /// What an operator wants to know about the file: versions, durability, sizes.
    ///
    /// - Throws: ``StoreError`` when the store is closed.
    public func diagnostics() async throws -> [Diagnostic] {
        let format = try await readers.read { try $0.connection.integer("PRAGMA user_version") }
        return [
            Diagnostic("database", path),
            Diagnostic("format", "\(format)"),
            Self.version(String(cString: sqlite3_libversion()), number: Int(sqlite3_libversion_number())),
            Self.durability(configuration.durability),
            Diagnostic("size.database", Self.megabytes(Self.size(of: path))),
            log(Self.size(of: path + "-wal")),
        ]
    }

    private static func version(_ version: String, number: Int) -> Diagnostic {
        guard number < 3_051_003 else { return Diagnostic("sqlite", version) }
        return Diagnostic(
            "sqlite",
            version,
            .note,
            advice:
                "SQLite before 3.51.3 can damage a database that one process checkpoints while another commits. Edda "
                + "never does both at once; open the file with other tools read-only, mode=ro."
        )
    }

    private static func durability(_ durability: Durability) -> Diagnostic {
        switch durability {
        case .full: Diagnostic("durability", "full: commits survive power loss")
        case .normal:
            Diagnostic(
                "durability",
                "normal: commits survive the end of the process",
                .note,
                advice: "Power loss takes the last commits back. Open the store with durability full if it must not."
            )
        }
    }

    private func log(_ size: Int64) -> Diagnostic {
        let value = Self.megabytes(size)
        guard size > 256 << 20 else { return Diagnostic("size.log", value) }
        return Diagnostic(
            "size.log",
            value,
            .problem,
            advice: "A reader that keeps a transaction open for long keeps the log from being moved into the database. "
                + "Find it, and end it."
        )
    }

    private static func size(of path: String) -> Int64 {
        var status = stat()
        return stat(path, &status) == 0 ? Int64(status.st_size) : 0
    }

    private static func megabytes(_ bytes: Int64) -> String {
        let tenths = (bytes * 10 + (1 << 19)) >> 20
        return "\(tenths / 10).\(tenths % 10) MiB"
    }
}
