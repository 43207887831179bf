/// An event store with everything that commits together with events: checkpoints, inbox, outbox, timers, sagas.
///
/// `SQLiteStore` is the one to use; EddaTesting has one in memory. All of them pass the same conformance suite.
public protocol Store: Sendable {
    /// How events become bytes and back.
    var schema: SchemaRegistry { get }
    /// Where the store takes the time from.
    var time: any TimeSource { get }
    /// What wakes those who follow the store.
    var signals: StoreSignals { get }
    /// States of aggregates that the store keeps in memory; a store that keeps none need not state it.
    var aggregates: AggregateCache { get }

    /// Runs `body` on a consistent view of the store.
    ///
    /// - Throws: What `body` throws; ``StoreError`` when the store cannot be read.
    func read<Result: Sendable>(
        _ body: @escaping @Sendable (any ReadTransaction) throws -> Result
    ) async throws -> Result

    /// Runs a `body` that is known to be short, such as a look at one row or at one page of one stream.
    ///
    /// A store may run it on the calling thread, which spares it two changes of threads; everything that may take longer
    /// goes through ``read(_:)``.
    ///
    /// - Throws: As ``read(_:)``.
    func readBriefly<Result: Sendable>(
        _ body: @escaping @Sendable (any ReadTransaction) throws -> Result
    ) async throws -> Result

    /// Runs `body` as one unit of change and returns when it is committed.
    ///
    /// Units run one after another in the order in which they were given. A caller that is cancelled before its unit
    /// has begun gets `CancellationError` and nothing is written; afterwards the unit completes.
    ///
    /// - Throws: What `body` throws, with nothing written; ``StoreError``, ``Overloaded``, ``CommitUnknown``.
    func write<Result: Sendable>(
        _ body: @escaping @Sendable (any WriteTransaction) throws -> Result
    ) async throws -> Result

    /// Appends events under conditions, as a unit of its own.
    ///
    /// - Throws: ``AppendConflict``, and everything that ``write(_:)`` throws.
    @discardableResult
    func append(_ append: Append) async throws -> AppendResult

    /// Adds a hook that runs inside every later transaction that appends.
    ///
    /// - Throws: ``StoreError`` when the store is closed.
    func install(_ hook: any AppendHook) async throws

    /// Finishes the units that wait, then lets go of everything. Later calls throw ``StoreError`` with code `closed`.
    func close() async
}

extension Store {
    /// Keeps nothing.
    public var aggregates: AggregateCache { .off }

    /// Runs `body` as ``read(_:)`` does.
    ///
    /// - Throws: As ``read(_:)``.
    public func readBriefly<Result: Sendable>(
        _ body: @escaping @Sendable (any ReadTransaction) throws -> Result
    ) async throws -> Result {
        try await read(body)
    }

    /// Appends events under conditions, as a unit of its own.
    ///
    /// - Throws: ``AppendConflict``, and everything that ``write(_:)`` throws.
    @discardableResult
    public func append(_ append: Append) async throws -> AppendResult {
        try append.validate()
        return try await write { try $0.append(append) }
    }
}
