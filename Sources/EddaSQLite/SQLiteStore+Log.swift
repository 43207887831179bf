extension SQLiteStore {
    /// How long the write-ahead log is, as of this store's last commit or checkpoint.
    ///
    /// A reader that keeps a transaction open keeps the log from being moved into the database, so the log grows with
    /// every commit until that reader ends (sqlite.org/wal.html, section 6, "Avoiding Excessively Large WAL Files").
    public struct LogStatus: Hashable, Sendable {
        /// How many pages of 4 KiB the log holds.
        public var pages = 0
        /// How many of them have been moved into the database.
        public var movedPages = 0
        /// How many checkpoints in a row could not move everything because of a reader; 0 when none is in the way.
        public var heldBack = 0
        /// What the last checkpoint failed with; `nil` when it did not.
        ///
        /// Nothing is lost by that: the pages stay in the log, and the next checkpoint tries again.
        public var failure: String?

        /// An empty log.
        public init() {}
    }

    /// What the writer has to do.
    public struct UnitStatus: Hashable, Sendable {
        /// How many units wait for the writer.
        public var waiting = 0
        /// How many units ran longer than a group may, while all others waited.
        public var overruns = 0
        /// The longest of them.
        public var longest: Duration?
        /// How many units were committed.
        public var committed = 0
        /// How many commits that took.
        public var commits = 0

        /// An idle writer.
        public init() {}
    }

    /// What the writer has to do: values to export as gauges; idle in a store that is read-only.
    public var units: UnitStatus { (try? writer)?.status ?? UnitStatus() }

    /// How long the write-ahead log is: a value to export as a gauge.
    public var log: LogStatus { gauge.status }
}
