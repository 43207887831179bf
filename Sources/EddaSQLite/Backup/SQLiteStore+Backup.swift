public import EddaCore

extension SQLiteStore {
    /// A backup that was made.
    public struct Backup: Hashable, Codable, Sendable {
        /// Its absolute path.
        public var path: String
        /// The position of its last event.
        public var head: Position
        /// The generation of the database that it is a copy of (see ``Cursor``).
        public var generation: Int
        /// Its size in bytes.
        public var bytes: Int64
    }

    /// How far a backup is.
    public struct BackupProgress: Hashable, Sendable {
        /// How many pages are copied.
        public var donePages: Int
        /// How many there are.
        public var pages: Int
    }

    /// Copies the database as it is now into a file, while everybody goes on reading and writing.
    ///
    /// The copy is a database by itself, in one file: nothing beside it is needed to open it, read-only media included.
    /// To restore, put it in the place of the database while no program has that open, without the `-wal` and `-shm` of
    /// the old one; the store notices it and begins a new generation.
    ///
    /// All pages are of one moment: the copy is made by SQLite (sqlite.org/backup.html) within one read transaction, so
    /// that no commit makes it begin anew. Meanwhile the write-ahead log is not cut, and grows by what is written. The
    /// copy is made under another name beside `path`, synced, and examined (`quick_check`,
    /// sqlite.org/pragma.html#pragma_quick_check; its head) before it gets its name: whatever happens, there is no
    /// half backup at `path`. A process that is killed meanwhile leaves `<path>.edda-partial`, which the next backup to the
    /// same path writes anew.
    ///
    /// - Parameters:
    ///   - path: Where to; its folder exists.
    ///   - replacing: Whether a file that is there may be replaced.
    ///   - progress: Called after every 256 pages.
    /// - Throws: ``StoreError``: `invalidArgument` when the path cannot be used, is taken, or is the database itself;
    ///   `locked` when another backup to it is under way; `diskFull`, `ioError`, `corrupt`. `CancellationError`.
    @discardableResult
    public func backup(
        to path: String,
        replacing: Bool = false,
        progress: @Sendable (BackupProgress) -> Void = { _ in }
    ) async throws -> Backup {
        // A closed store is refused, as everywhere.
        _ = try await readers.read { try $0.head() }
        let source = self.path
        let copy = try await EngineThreads.shared.readers.run {
            try BackupCopy(of: source, to: BackupTarget(path, replacing: replacing, source: source))
        }
        do {
            while let state = try await EngineThreads.shared.readers.run({ try copy.step() }) {
                progress(state)
                try Task.checkCancellation()
            }
            return try await EngineThreads.shared.readers.run { try copy.finish() }
        } catch {
            try? await EngineThreads.shared.readers.run { copy.abandon() }
            throw error
        }
    }
}
