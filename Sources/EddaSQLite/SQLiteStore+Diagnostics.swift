internal import CSQLite
public import EddaCore

extension SQLiteStore: Diagnosable {
    /// What an operator wants to know about the file, from whichever process: versions, durability, sizes, who uses it.
    ///
    /// - Throws: ``StoreError`` when the store is closed.
    public func diagnostics() async throws -> [Diagnostic] {
        let users = FileUsers(path)
        let contents = try await readers.read { try StoredFacts($0) }
        return [
            Diagnostic("database", path),
            Diagnostic("format", "\(contents.format)"),
            generation(contents),
            Self.version(String(cString: sqlite3_libversion()), number: Int(sqlite3_libversion_number())),
        ] + durability
            + [
                Diagnostic("size.database", Self.megabytes(FileUsers.size(of: path))),
                Self.free(contents),
                Self.log(FileUsers.size(of: path + "-wal")),
                Diagnostic("processes", users.open.isEmpty ? "none beside this one" : FileUsers.names(users.open)),
                Diagnostic("lock.reading", users.reading.isEmpty ? "nobody" : FileUsers.names(users.reading)),
                Diagnostic("lock.writing", users.writing.isEmpty ? "nobody" : FileUsers.names(users.writing)),
                keys(contents),
                Diagnostic("snapshots", "\(contents.snapshots)"),
            ]
    }

    /// What an operator wants to know about this store's own writer since the store was opened.
    ///
    /// `log.checkpoint` tells whether the log is moved into the database as it should be, `units` whether some ran too
    /// long. Empty for a store that is read-only. Only the process that writes can tell: `doctor` is another one.
    public var writerDiagnostics: [Diagnostic] {
        configuration.opening == .readWrite ? [checkpoints(log), units(units)] : []
    }

    private func generation(_ contents: StoredFacts) -> Diagnostic {
        let now = contents.restoration?.generation ?? 1
        if let mark = NotifyFile.read(path: path + ".notify"),
            let head = mark.restoredHead(generation: Int64(now), head: contents.head)
        {
            return Diagnostic(
                "generation",
                "\(now), of \(mark.generation)",
                .note,
                advice:
                    "The database is behind what was last written in its place: it was restored. The program that owns "
                    + "it begins a new generation, from position \(head), when it opens it."
            )
        }
        let since = contents.restoration.map { ", restored to position \($0.head) (noticed at \($0.noticedAt))" } ?? ""
        return Diagnostic("generation", "\(now)\(since)")
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

    private var durability: [Diagnostic] {
        // It is a setting of the connection that writes, not of the file.
        guard configuration.opening == .readWrite else {
            return [Diagnostic("durability", "as the program that owns the database has chosen")]
        }
        return switch configuration.durability {
        case .full: [Diagnostic("durability", "full: commits survive power loss")]
        case .normal:
            [
                Diagnostic(
                    "durability",
                    "normal: commits survive the end of the process",
                    .note,
                    advice:
                        "Power loss takes the last commits back. Open the store with durability full if it must not."
                )
            ]
        }
    }

    private static func free(_ contents: StoredFacts) -> Diagnostic {
        Diagnostic("size.free", "\(megabytes(contents.freePages * contents.pageSize)), taken first by what comes")
    }

    private static func log(_ size: Int64) -> Diagnostic {
        let value = megabytes(size)
        guard size > 256 << 20 else { return Diagnostic("size.log", value) }
        return Diagnostic(
            "size.log",
            value,
            .problem,
            advice: "A reader that keeps a transaction open for long keeps the log from being moved into the database. "
                + "Find it, and end it."
        )
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
        let readers = FileUsers.readers(of: path)
        return Diagnostic(
            "log.checkpoint",
            value,
            .note,
            advice: "A reader that began long ago keeps \(log.pages - log.movedPages) pages in the log"
                + (readers.isEmpty ? "." : "; reading now: \(FileUsers.names(readers)).")
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

    private func keys(_ contents: StoredFacts) -> Diagnostic {
        let oldest = contents.oldestKey.map { ", the oldest of \($0)" } ?? ""
        guard configuration.opening == .readWrite else { return Diagnostic("keys", "\(contents.keys)\(oldest)") }
        let days = Int64(configuration.keyRetention.inSeconds) / 86_400
        return Diagnostic("keys", "\(contents.keys)\(oldest), kept for \(days) days")
    }

    private static func megabytes(_ bytes: Int64) -> String {
        let tenths = (bytes * 10 + (1 << 19)) >> 20
        return "\(tenths / 10).\(tenths % 10) MiB"
    }
}

/// What the file says of itself.
private struct StoredFacts: Sendable {
    let format: Int64
    let head: Int64
    let restoration: Restoration?
    let pageSize: Int64
    let freePages: Int64
    let keys: Int64
    let oldestKey: Timestamp?
    let snapshots: Int64

    init(_ transaction: SQLiteReadTransaction) throws {
        let connection = transaction.connection
        format = try connection.integer("PRAGMA user_version")
        head = try transaction.head().value
        restoration = try transaction.restorations().last
        pageSize = try connection.integer("PRAGMA page_size")
        freePages = try connection.integer("PRAGMA freelist_count")
        keys = try connection.integer("SELECT count(*) FROM edda_keys")
        oldestKey =
            keys == 0
            ? nil : Timestamp(microseconds: try connection.integer("SELECT min(recorded_at) FROM edda_keys"))
        snapshots = try connection.integer("SELECT count(*) FROM edda_snapshots")
    }
}
