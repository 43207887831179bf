internal import CSQLite
internal import EddaCore

// How a session comes to its database.
extension WriterSession {
    /// Opens the database and brings it to the present format.
    ///
    /// Whoever opens a file after a crash recovers its log and keeps all others out for that moment
    /// (sqlite.org/wal.html, section 8), also a reader that is not Edda's; so a busy file is asked for again.
    static func open(_ settings: Settings) throws -> Connection {
        let clock = ContinuousClock()
        let deadline = clock.now + settings.lockTimeout
        while true {
            do {
                let connection = try connect(settings)
                try Format.prepare(connection, path: settings.path)
                return connection
            } catch let failure as SQLiteFailure where failure.code == SQLITE_BUSY && clock.now < deadline {
                sqlite3_sleep(2)
            }
        }
    }

    private static func connect(_ settings: Settings) throws(SQLiteFailure) -> Connection {
        let connection = try Connection(
            path: settings.path,
            access: .writer(settings.durability, logLimit: settings.keptLogPages * 4_096),
            vfs: settings.vfs
        )
        if let size = settings.maximumSize {
            try connection.execute("PRAGMA max_page_count = \(max(1, size / 4_096))")
        }
        return connection
    }

    func reconnect() throws(SQLiteFailure) {
        // The old connection is closed after the new one is open: the last one to leave would take the index of the log
        // along, and recovery would find what was never synced.
        connection = try Self.connect(settings)
        settings.gauge.follow(connection)
        memory = ConnectionMemory()
    }

    /// Begins a new generation when the database is behind what the last writer left beside it: then it was restored.
    ///
    /// It is written before anything else, so that no position is given again within one generation.
    ///
    /// - Returns: What is to stand beside the database from now on.
    func noticeRestoration() throws -> LogMark {
        let last = notify.read()
        var restorations = try restorations()
        if let head = last?.restoredHead(generation: generation, head: effects.head) {
            let insertion = try connection.cached("INSERT INTO edda_generations VALUES (?1, ?2, ?3)")
            generation = max(generation, last?.generation ?? 1) + 1
            try insertion.bind(1, generation)
            try insertion.bind(2, head)
            try insertion.bind(3, settings.time.now().wall.microseconds)
            try insertion.run()
            restorations.append(.init(generation: generation, head: head))
        }
        return LogMark(generation: generation, head: effects.head, restorations: restorations)
    }

    func restorations() throws(SQLiteFailure) -> [LogMark.Beginning] {
        let statement = try connection.statement(.restorations)
        defer { statement.reset() }
        var restorations: [LogMark.Beginning] = []
        while try statement.step() {
            restorations.append(.init(generation: statement.integer(0), head: statement.integer(1)))
        }
        return restorations
    }
}
