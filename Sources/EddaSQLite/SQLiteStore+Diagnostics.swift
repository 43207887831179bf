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
        let format = try await writer.perform { try $0.storedFormat() }
        return [
            Diagnostic("database", path),
            Diagnostic("format", "\(format)"),
            Self.version(String(cString: sqlite3_libversion()), number: Int(sqlite3_libversion_number())),
            Self.durability(configuration.durability),
            Diagnostic("size.database", Self.megabytes(Self.size(of: path))),
            size(ofLog: Self.size(of: path + "-wal")),
            checkpoints(log),
            units(units),
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

    /// Whether the log is moved into the database as it should be.
    private func checkpoints(_ log: LogStatus) -> Diagnostic {
        let value = "\(log.movedPages) of \(log.pages) pages moved"
        if let failure = log.failure {
            return Diagnostic(
                "log.checkpoint",
                value,
                .problem,
                advice: "Moving the log into the database failed: \(failure). Nothing is lost; it is tried again. "
                    + "Look at the disk."
            )
        }
        guard log.heldBack > 0 else { return Diagnostic("log.checkpoint", value) }
        let readers = LockHolder.readers(path: path).map(String.init).joined(separator: ", ")
        return Diagnostic(
            "log.checkpoint",
            value,
            .note,
            advice: "A reader that began long ago keeps \(log.pages - log.movedPages) pages in the log"
                + (readers.isEmpty ? "." : "; processes \(readers) are reading.")
                + " The log shrinks when it has ended."
        )
    }

    private func units(_ units: UnitStatus) -> Diagnostic {
        let value = "\(units.waiting) waiting, \(units.overruns) ran longer than \(configuration.groupTime)"
        guard let longest = units.longest, units.overruns > 0 else { return Diagnostic("units", value) }
        return Diagnostic(
            "units",
            value,
            .note,
            advice: "All other writers waited for \(longest) while one unit ran. Compute before the unit, write in it."
        )
    }

    private func size(ofLog size: Int64) -> Diagnostic {
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
