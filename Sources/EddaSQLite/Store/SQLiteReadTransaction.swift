internal import CSQLite
internal import EddaCore

/// A consistent view of a SQLite store.
///
/// Confined to the thread that runs the closure it was passed to.
class SQLiteReadTransaction: ReadTransaction {
    let connection: Connection
    let memory: ConnectionMemory
    /// The moment of the transaction, found out when it is asked for: most reads never do.
    private(set) lazy var now: Moment = time.now()
    private let time: any TimeSource
    /// Holds messages back that are not yet on disk.
    let gate: SyncGate?
    /// Set when SQLite has ended the transaction by itself; nothing more may be done in it, since every further statement
    /// would be a transaction of its own.
    private(set) var loss: SQLiteFailure?
    /// Whether the disk or the memory of the machine has failed a statement.
    private(set) var hasMetSystem = false

    /// - Parameter now: The moment of the transaction, where it is known.
    init(
        connection: Connection,
        memory: ConnectionMemory,
        time: any TimeSource,
        now: Moment? = nil,
        gate: SyncGate? = nil
    ) {
        self.gate = gate
        self.connection = connection
        self.memory = memory
        self.time = time
        if let now { self.now = now }
    }

    /// Runs statements and turns what SQLite throws into a ``StoreError``.
    final func attempt<Result>(_ body: () throws -> Result) throws -> Result {
        if let loss { throw loss.storeError(path: connection.path) }
        do {
            return try body()
        } catch let failure as SQLiteFailure {
            // A full disk, an I/O error or `ON CONFLICT ROLLBACK` can end the whole transaction
            // (sqlite.org/lang_transaction.html, "Response To Errors Within A Transaction").
            if connection.isAutocommit { loss = failure }
            if failure.isOfTheSystem { hasMetSystem = true }
            throw failure.storeError(path: connection.path)
        }
    }

    /// A statement, its bindings made by `bind`, each of its rows passed to `row`.
    final func query(
        _ known: StoreStatement,
        bind: (Statement) throws -> Void = { _ in },
        row: (Statement) throws -> Void
    ) throws {
        try attempt {
            let statement = try connection.statement(known)
            defer { statement.reset() }
            try bind(statement)
            while try statement.step() { try row(statement) }
        }
    }

    /// The first row of a query.
    final func first<Result>(
        _ known: StoreStatement,
        bind: (Statement) throws -> Void = { _ in },
        row: (Statement) throws -> Result
    ) throws -> Result? {
        try attempt {
            let statement = try connection.statement(known)
            defer { statement.reset() }
            try bind(statement)
            return try statement.step() ? row(statement) : nil
        }
    }

    // MARK: The log

    func head() throws -> Position {
        try first(.log) { Position($0.integer(0)) } ?? .start
    }

    /// The boot on which the uptimes in the tables are measured.
    func boot() throws -> String {
        try first(.log) { $0.text(3) } ?? ""
    }

    func state(of stream: StreamID) throws -> StreamState { try storedHead(of: stream)?.state ?? .missing }

    /// Found out once for each state of the database; something must have been read in this transaction before.
    func mayHaveHoles() throws -> Bool {
        let dataVersion = connection.dataVersion
        if let known = memory.holes, known.dataVersion == dataVersion { return known.exist }
        let exist = try first(.lastHole) { !$0.isNull(0) } ?? false
        memory.holes = (dataVersion, exist)
        return exist
    }

    /// The state of a stream as the tables have it; `nil` when it does not exist.
    final func storedHead(of stream: StreamID) throws -> StreamHeads.Head? {
        try first(.streamState, bind: { try $0.bind(1, stream.rawValue) }) { row in
            StreamHeads.Head(
                number: row.integer(0),
                category: row.integer(3),
                version: Int(row.integer(2)),
                isArchived: row.integer(1) != 0
            )
        }
    }

    final func limited(_ limit: Int) throws(StoreError) -> Int64 {
        guard limit >= 0 else {
            throw StoreError(.invalidArgument, "A limit of \(limit) was given; limits are 0 or more.")
        }
        return Int64(limit)
    }

    // MARK: Names

    /// The number of an interned name, if it is known.
    final func number(of name: String, _ kind: NameMemory.Kind) throws -> Int64? {
        if let number = memory.names.number(of: name, kind) { return number }
        let statement: StoreStatement =
            switch kind {
            case .type: .typeID
            case .category: .categoryID
            case .tag: .tagID
            }
        guard let number = try first(statement, bind: { try $0.bind(1, name) }, row: { $0.integer(0) }) else {
            return nil
        }
        memory.names.remember(name, kind, as: number)
        return number
    }

    /// The name of an event type by its number.
    final func typeName(_ number: Int64) throws -> EventType {
        if let name = memory.names.typeName(number) { return EventType(unchecked: name) }
        guard let name = try first(.typeName, bind: { try $0.bind(1, number) }, row: { $0.text(0) }) else {
            throw StoreError(.corrupt, "Event type \(number) has no name in \(connection.path).")
        }
        memory.names.remember(name, .type, as: number)
        return EventType(unchecked: name)
    }

    /// The name of a stream by its number.
    ///
    /// What a unit has made may be undone, and its number given to another; so only what readers see is remembered.
    func stream(_ number: Int64) throws -> StreamID {
        if let known = memory.streams[number] { return known }
        let stream = try storedStream(number)
        memory.streams.remember(stream, as: number)
        return stream
    }

    final func storedStream(_ number: Int64) throws -> StreamID {
        guard let name = try first(.streamName, bind: { try $0.bind(1, number) }, row: { $0.text(0) }) else {
            throw StoreError(.corrupt, "Stream \(number) has no name in \(connection.path). Run `edda verify`.")
        }
        return StreamID(unchecked: name)
    }
}
