internal import CSQLite
internal import EddaCore

/// An error that SQLite returned, before it becomes a ``StoreError``.
struct SQLiteFailure: Error, CustomStringConvertible {
    /// The extended result code (sqlite.org/rescode.html).
    let extendedCode: Int32
    /// SQLite's own words.
    let message: String

    /// SQLITE_CONSTRAINT_UNIQUE, whose C macro Swift does not see.
    static let uniqueConstraint: Int32 = SQLITE_CONSTRAINT | 8 << 8

    /// The primary result code.
    var code: Int32 { extendedCode & 0xFF }

    /// Whether the system failed rather than a statement: another attempt on a new connection may succeed.
    var isOfTheSystem: Bool {
        [SQLITE_IOERR, SQLITE_NOMEM, SQLITE_CANTOPEN, SQLITE_PROTOCOL, SQLITE_CORRUPT].contains(code)
    }

    var description: String { "SQLite error \(extendedCode): \(message)" }

    /// The error as callers of a store see it.
    func storeError(path: String) -> StoreError {
        switch code {
        case SQLITE_BUSY, SQLITE_LOCKED, SQLITE_PROTOCOL:
            StoreError(
                .locked,
                "Another process holds \(path) locked. Repeat the call, or end that process.",
                underlying: self
            )
        case SQLITE_FULL:
            StoreError(
                .diskFull,
                "The disk that holds \(path) is full. Make room and repeat; reading still works.",
                underlying: self
            )
        case SQLITE_CORRUPT, SQLITE_NOTADB:
            StoreError(
                .corrupt,
                "\(path) is damaged or is no SQLite database (\(message)). Restore it from a backup.",
                underlying: self
            )
        case SQLITE_CANTOPEN:
            StoreError(.cannotOpen, "\(path) cannot be opened (\(message)).", underlying: self)
        case SQLITE_ERROR, SQLITE_CONSTRAINT, SQLITE_MISMATCH, SQLITE_AUTH, SQLITE_RANGE, SQLITE_TOOBIG,
            SQLITE_READONLY:
            StoreError(.badSQL, "SQLite refused a statement: \(message).", underlying: self)
        default:
            StoreError(.ioError, "Reading or writing \(path) failed: \(message) (\(extendedCode)).", underlying: self)
        }
    }
}
