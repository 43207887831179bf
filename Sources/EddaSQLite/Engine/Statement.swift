internal import CSQLite
internal import EddaCore

/// A prepared statement of one connection, used over and over.
///
/// Not thread-safe, like its connection. Whoever steps it resets it, so that it holds no lock when it is idle.
final class Statement {
    private let handle: OpaquePointer
    private let database: OpaquePointer

    /// Takes over a prepared statement.
    init(handle: OpaquePointer, database: OpaquePointer) {
        self.handle = handle
        self.database = database
    }

    deinit { sqlite3_finalize(handle) }

    /// Whether the statement makes no direct change to the database.
    var isReadOnly: Bool { sqlite3_stmt_readonly(handle) != 0 }

    /// How many columns its rows have.
    var columnCount: Int { Int(sqlite3_column_count(handle)) }

    /// The name of a column, from 0.
    func columnName(_ column: Int) -> String {
        sqlite3_column_name(handle, Int32(column)).map { String(cString: $0) } ?? ""
    }

    // MARK: Binding. Parameters count from 1.

    func bind(_ index: Int32, _ value: Int64) throws(SQLiteFailure) {
        try check(sqlite3_bind_int64(handle, index, value))
    }

    func bind(_ index: Int32, _ value: Int) throws(SQLiteFailure) {
        try bind(index, Int64(value))
    }

    func bind(_ index: Int32, _ value: Double) throws(SQLiteFailure) {
        try check(sqlite3_bind_double(handle, index, value))
    }

    func bind(_ index: Int32, _ text: String) throws(SQLiteFailure) {
        var text = text
        try check(text.withUTF8 { bindText(index, $0) })
    }

    /// Binds text that is in UTF-8 already.
    func bind(_ index: Int32, text bytes: [UInt8]) throws(SQLiteFailure) {
        try check(bytes.withUnsafeBufferPointer { bindText(index, $0) })
    }

    private func bindText(_ index: Int32, _ utf8: UnsafeBufferPointer<UInt8>) -> Int32 {
        utf8.withMemoryRebound(to: CChar.self) { characters in
            sqlite3_bind_text64(
                handle,
                index,
                // An empty buffer may have no address, which would bind NULL.
                characters.baseAddress ?? Self.somewhere,
                UInt64(characters.count),
                Self.transient,
                UInt8(SQLITE_UTF8)
            )
        }
    }

    func bind(_ index: Int32, _ bytes: [UInt8]) throws(SQLiteFailure) {
        let code = bytes.withUnsafeBytes { buffer in
            sqlite3_bind_blob64(
                handle,
                index,
                buffer.baseAddress ?? UnsafeRawPointer(Self.somewhere),
                UInt64(buffer.count),
                Self.transient
            )
        }
        try check(code)
    }

    /// Binds bytes that stay where they are until the statement has been reset.
    func bind(_ index: Int32, borrowed bytes: UnsafeRawBufferPointer) throws(SQLiteFailure) {
        // An empty buffer may have no address, which would bind NULL.
        let start = bytes.baseAddress ?? UnsafeRawPointer(Self.somewhere)
        try check(sqlite3_bind_blob64(handle, index, start, UInt64(bytes.count), nil))
    }

    func bindNull(_ index: Int32) throws(SQLiteFailure) {
        try check(sqlite3_bind_null(handle, index))
    }

    func bind(_ index: Int32, _ text: String?) throws(SQLiteFailure) {
        if let text { try bind(index, text) } else { try bindNull(index) }
    }

    func bind(_ index: Int32, _ value: Int64?) throws(SQLiteFailure) {
        if let value { try bind(index, value) } else { try bindNull(index) }
    }

    func bind(_ index: Int32, _ value: SQLValue) throws(SQLiteFailure) {
        switch value {
        case .null: try bindNull(index)
        case .integer(let value): try bind(index, value)
        case .real(let value): try bind(index, value)
        case .text(let value): try bind(index, value)
        case .blob(let value): try bind(index, value)
        }
    }

    // MARK: Stepping.

    /// Moves to the next row.
    ///
    /// - Returns: Whether there is one.
    func step() throws(SQLiteFailure) -> Bool {
        switch sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        default: throw failure()
        }
    }

    /// Runs the statement to its end and resets it.
    ///
    /// - Returns: How many rows it changed; the count of an earlier statement when it changes none by nature.
    @discardableResult
    func run() throws(SQLiteFailure) -> Int {
        defer { reset() }
        while try step() {}
        return Int(sqlite3_changes(database))
    }

    /// Lets go of the present row and of the locks that it holds; keeps the bindings.
    func reset() {
        sqlite3_reset(handle)
    }

    /// Resets, and forgets the bindings.
    func clear() {
        sqlite3_reset(handle)
        sqlite3_clear_bindings(handle)
    }

    // MARK: Columns of the present row, from 0.

    func isNull(_ column: Int32) -> Bool { sqlite3_column_type(handle, column) == SQLITE_NULL }

    func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }

    func text(_ column: Int32) -> String {
        guard let start = sqlite3_column_text(handle, column) else { return "" }
        let count = Int(sqlite3_column_bytes(handle, column))
        return String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    }

    func optionalText(_ column: Int32) -> String? { isNull(column) ? nil : text(column) }

    func optionalInteger(_ column: Int32) -> Int64? { isNull(column) ? nil : integer(column) }

    func bytes(_ column: Int32) -> [UInt8] {
        guard let start = sqlite3_column_blob(handle, column) else { return [] }
        let count = Int(sqlite3_column_bytes(handle, column))
        return [UInt8](UnsafeRawBufferPointer(start: start, count: count))
    }

    /// Bytes where SQLite has them, until the next step or the next call for this column.
    func borrowedBytes(_ column: Int32) -> UnsafeBufferPointer<UInt8> {
        guard let start = sqlite3_column_blob(handle, column) else { return UnsafeBufferPointer(start: nil, count: 0) }
        let count = Int(sqlite3_column_bytes(handle, column))
        return UnsafeBufferPointer(start: start.assumingMemoryBound(to: UInt8.self), count: count)
    }

    /// The id of an event; `nil` when the column does not hold 16 bytes.
    func eventID(_ column: Int32) -> EventID? {
        guard let start = sqlite3_column_blob(handle, column), sqlite3_column_bytes(handle, column) == 16 else {
            return nil
        }
        return EventID(
            high: UInt64(bigEndian: start.loadUnaligned(as: UInt64.self)),
            low: UInt64(bigEndian: start.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        )
    }

    func value(_ column: Int32) -> SQLValue {
        switch sqlite3_column_type(handle, column) {
        case SQLITE_INTEGER: .integer(integer(column))
        case SQLITE_FLOAT: .real(sqlite3_column_double(handle, column))
        case SQLITE_TEXT: .text(text(column))
        case SQLITE_BLOB: .blob(bytes(column))
        default: .null
        }
    }

    private func check(_ code: Int32) throws(SQLiteFailure) {
        if code != SQLITE_OK { throw failure() }
    }

    private func failure() -> SQLiteFailure {
        SQLiteFailure(
            extendedCode: sqlite3_extended_errcode(database),
            message: String(cString: sqlite3_errmsg(database))
        )
    }

    /// SQLite copies the bytes before the call returns (sqlite.org/c3ref/c_static.html).
    private static var transient: sqlite3_destructor_type {
        unsafeBitCast(-1, to: sqlite3_destructor_type.self)
    }

    /// An address that is never read, for values without bytes.
    private static var somewhere: UnsafePointer<CChar> {
        UnsafePointer(bitPattern: 1) ?? UnsafePointer(bitPattern: MemoryLayout<CChar>.alignment)!
    }
}

extension SQLValue {
    /// How many bytes it takes, about.
    var size: Int {
        switch self {
        case .text(let text): text.utf8.count
        case .blob(let bytes): bytes.count
        case .null, .integer, .real: 8
        }
    }
}

@available(*, unavailable)
extension Statement: Sendable {}
