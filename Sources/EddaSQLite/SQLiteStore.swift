public import EddaCore

/// An event store in one SQLite file, embedded in the process.
///
/// ```swift
/// let store = try await SQLiteStore(path: "orders.db")
/// try await store.append([OrderPlaced(customer: "ada", total: 4_200)], to: "order-1042", expecting: .missing)
/// ```
///
/// One thread owns the connection that writes and every checkpoint. It commits the units that wait together, so that
/// many callers share one sync of the disk; each caller returns when its own unit is durable. Readers have connections
/// of their own and never wait for the writer.
///
/// Beside the database `orders.db` there are `orders.db-wal` and `orders.db-shm`, which are SQLite's,
/// `orders.db.lock`, which writers of several processes take in turn, and `orders.db.notify`, by which they wake
/// each other, and by which a store notices that its database was restored from a backup (see `Cursor`). Other tools
/// open the database read-only (`sqlite3 'file:orders.db?mode=ro'`): SQLite before 3.51.3 can damage a file that one
/// process checkpoints while another commits.
public final class SQLiteStore: GroupingStore {
    /// What a store may do to its file.
    public enum Opening: String, Hashable, Sendable, CaseIterable {
        /// Creates the file when it is not there, brings an older format up to date, reads and writes.
        case readWrite
        /// Reads a file that is there, and never changes it: no writer is started and writes throw ``StoreError`` with
        /// code `readOnly`.
        ///
        /// It works beside the program that owns the file, in this process or another, and follows what that commits;
        /// and also when nobody has the file open. SQLite keeps two files beside a database in use, `-wal` and `-shm`
        /// (sqlite.org/wal.html, section 5): they are there, or the folder has to be writable. A backup needs neither.
        case readOnly
    }

    /// How a store behaves.
    public struct Configuration: Sendable {
        /// What the store may do to its file.
        public var opening: Opening = .readWrite
        /// What a returned commit survives.
        public var durability: Durability = .full
        /// The most units that wait for the writer; beyond it callers get ``Overloaded``.
        public var queueLimit = 16_384
        /// The most units that are committed together.
        public var groupLimit = 512
        /// About how many bytes are committed together: a group that has written as many takes no further unit.
        public var groupBytes = 8 << 20
        /// How long idempotency keys are kept at least; 30 days by default.
        ///
        /// An append that is repeated within this time takes effect once. Afterwards its key may be forgotten: each
        /// append under a key forgets up to two keys that are older, the oldest first. A key that is forgotten is free,
        /// and an append under it is a new one. So choose a time longer than any caller goes on repeating.
        public var keyRetention: Duration = .seconds(30 * 86_400)
        /// How long the writer waits for another process that holds the file locked.
        public var lockTimeout: Duration = .seconds(10)
        /// At how many pages of 4 KiB the write-ahead log is moved into the database.
        ///
        /// A log that readers have let grow beyond sixteen times as many is cut when they have ended.
        public var checkpointPages = 1_000
        /// The most bytes that the database may have; `nil` for no bound but the disk's.
        ///
        /// A unit that would exceed it throws `StoreError` with code `diskFull`; reading goes on. Rounded down to pages
        /// of 4 KiB.
        public var maximumSize: Int64?
        /// The most states of aggregates that are kept in memory; 0 keeps none.
        public var cachedAggregates = 1_024
        /// The VFS through which SQLite reaches the file (sqlite.org/vfs.html); `nil` for the system's.
        package var vfs: String?
        /// The longest that a group goes on taking units.
        package var groupTime: Duration = .milliseconds(5)
        /// Whether the store looks, when its notify file is touched and once a second, for what others have committed.
        package var followsOthers = true

        /// The defaults.
        public init() {}
    }

    /// What to do when a database is not there, in a task whose stores create none, whatever their
    /// ``Configuration/opening`` says; `nil` where they may.
    ///
    /// So a command that only looks at a database keeps the program's own code from creating one at a mistyped path.
    @TaskLocal package static var missingFileAdvice: String?

    /// The absolute path of the database.
    public let path: String
    /// How events become bytes and back.
    public let schema: SchemaRegistry
    /// Where the store takes the time from.
    public let time: any TimeSource
    /// What wakes those who follow the store.
    public let signals = StoreSignals()
    /// States of aggregates that are kept in memory.
    public let aggregates: AggregateCache
    /// How the store behaves.
    public let configuration: Configuration

    /// `nil` in a store that is read-only.
    private let ownWriter: Writer?
    let readers: ReaderPool
    let gauge = WALGauge()
    private let watch: UInt64?
    /// `nil` in a store that is read-only, which there may be any number of.
    private let claim: UInt64?

    /// Opens a database, creating it when it is not there, and bringing an older format up to date.
    ///
    /// With ``Configuration/opening`` `readOnly` it only opens what is there.
    ///
    /// - Parameters:
    ///   - path: The path of the file; its folder exists and is writable.
    ///   - configuration: How the store behaves.
    ///   - schema: How events become bytes and back.
    ///   - time: Where the store takes the time from.
    /// - Throws: ``StoreError``: `invalidArgument` for a configuration that cannot work, `cannotOpen` for what is no
    ///   Edda database, is open in this process already, or, for reading only, is not there;
    ///   `newerFormat` for a file of a later version, `locked`, `corrupt`, `ioError`.
    public init(
        path: String,
        configuration: Configuration = .init(),
        schema: SchemaRegistry = .init(),
        time: any TimeSource = .system
    ) async throws {
        try configuration.validate()
        let path = try OpenFiles.resolve(path)
        self.path = path
        self.configuration = configuration
        self.schema = schema
        self.time = time
        if configuration.opening == .readOnly {
            // Without a writer that drops it when the file was changed by others, nothing is kept.
            aggregates = AggregateCache(limit: 0)
            claim = nil
            ownWriter = nil
            readers = ReaderPool(configuration, path: path, time: time, gate: nil)
            try OpenFiles.requireFile(path, advice: Self.missingFileAdvice)
            try await readers.read { try Format.check($0.connection, path: path) }
            watch =
                configuration.followsOthers
                ? NotifyWatcher.shared.watch(path + ".notify") { [signals] in signals.raiseAll() } : nil
            return
        }
        if let advice = Self.missingFileAdvice { try OpenFiles.requireFile(path, advice: advice) }
        let claim = try OpenFiles.claim(path)
        self.claim = claim
        aggregates = AggregateCache(limit: configuration.cachedAggregates)
        let gate = configuration.durability == .normal ? SyncGate() : nil
        do {
            ownWriter = try await Writer.open(
                WriterSession.Settings(
                    path: path,
                    durability: configuration.durability,
                    lockTimeout: configuration.lockTimeout,
                    checkpointPages: configuration.checkpointPages,
                    maximumSize: configuration.maximumSize,
                    time: time,
                    signals: signals,
                    aggregates: aggregates,
                    gate: gate,
                    meter: UnitMeter(),
                    gauge: gauge,
                    vfs: configuration.vfs,
                    groupTime: configuration.groupTime,
                    groupBytes: configuration.groupBytes,
                    keyRetention: configuration.keyRetention
                ),
                queueLimit: configuration.queueLimit,
                groupSize: configuration.groupLimit
            )
        } catch {
            OpenFiles.release(path, claim)
            throw error
        }
        readers = ReaderPool(configuration, path: path, time: time, gate: gate)
        let writer = ownWriter
        watch =
            configuration.followsOthers
            ? NotifyWatcher.shared.watch(path + ".notify") { [weak writer] in writer?.noticeOthers() } : nil
    }

    deinit {
        if let watch { NotifyWatcher.shared.stop(watch) }
        if let claim { OpenFiles.release(path, claim) }
    }

    /// The writer.
    ///
    /// - Throws: ``StoreError`` with code `readOnly` when there is none.
    var writer: Writer {
        get throws(StoreError) {
            guard let ownWriter else {
                throw StoreError(
                    .readOnly,
                    "\(path) was opened for reading only, so nothing was written. Write through the program that owns it."
                )
            }
            return ownWriter
        }
    }

    /// Runs `body` on a consistent view of the store.
    ///
    /// - Throws: What `body` throws; ``StoreError``.
    public func read<Result: Sendable>(
        _ body: @escaping @Sendable (any ReadTransaction) throws -> Result
    ) async throws -> Result {
        try await readers.read { try body($0) }
    }

    /// Runs a short `body` on a consistent view of the store, on the calling thread.
    ///
    /// It touches a few pages, which as a rule are in the page cache of the system; two changes of threads would cost
    /// more than the look itself.
    ///
    /// - Throws: What `body` throws; ``StoreError``.
    public func readBriefly<Result: Sendable>(
        _ body: @escaping @Sendable (any ReadTransaction) throws -> Result
    ) async throws -> Result {
        try await readers.readBriefly { try body($0) }
    }

    /// Runs `body` as one unit of change and returns when it is committed.
    ///
    /// - Throws: What `body` throws, with nothing written; ``StoreError``, ``Overloaded``, ``CommitUnknown``.
    public func write<Result: Sendable>(
        _ body: @escaping @Sendable (any WriteTransaction) throws -> Result
    ) async throws -> Result {
        try await writer.write(body)
    }

    /// Runs units, handed over at once.
    package func write<Result: Sendable>(
        together bodies: [@Sendable (any WriteTransaction) throws -> Result]
    ) async -> [Swift.Result<Result, any Error>] {
        do {
            return try await writer.write(together: bodies)
        } catch {
            return bodies.map { _ in .failure(error) }
        }
    }

    /// Appends events under conditions, as a unit of its own.
    ///
    /// - Throws: `AppendConflict`, and everything that ``write(_:)`` throws.
    @discardableResult
    public func append(_ append: Append) async throws -> AppendResult {
        try append.validate()
        return try await writer.append(append)
    }

    /// Adds a hook that runs inside every later transaction that appends.
    ///
    /// - Throws: ``StoreError`` when the store is closed or read-only.
    public func install(_ hook: any AppendHook) async throws {
        try await writer.perform { $0.install(hook) }
    }

    /// Finishes the units that wait, moves the write-ahead log into the database, and closes it.
    public func close() async {
        if let watch { NotifyWatcher.shared.stop(watch) }
        await ownWriter?.close()
        readers.close()
        if let claim { OpenFiles.release(path, claim) }
        // Those who wait for something to happen look again, and learn that the store is closed.
        signals.raiseAll()
    }
}
