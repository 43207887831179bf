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
        case SQLITE_READONLY:
            StoreError(.readOnly, "\(path) cannot be written: \(readOnlyAdvice)", underlying: self)
        case SQLITE_ERROR, SQLITE_CONSTRAINT, SQLITE_MISMATCH, SQLITE_AUTH, SQLITE_RANGE, SQLITE_TOOBIG:
            StoreError(.badSQL, "SQLite refused a statement: \(message).", underlying: self)
        default:
            StoreError(.ioError, "Reading or writing \(path) failed: \(message) (\(extendedCode)).", underlying: self)
        }
    }

    /// Why a file cannot be written, and what to do about it (sqlite.org/rescode.html, SQLITE_READONLY and what follows).
    private var readOnlyAdvice: String {
        switch extendedCode >> 8 {
        case 1, 2, 5:
            // RECOVERY, CANTLOCK, CANTINIT.
            "its log has to be recovered first, which this process may not do (\(message)). Let it write the folder and the "
                + "files whose names begin like that one, or open it once in a process that may."
        case 4:
            // DBMOVED.
            "the file was moved or deleted while it was open. Put it back, or end this program and open it where it is now."
        case 6:
            // DIRECTORY.
            "a file has to be made beside it, and its folder allows no writing. Let this process write the folder, and repeat."
        default:
            "the file, its folder or the file system allows no writing (\(message)). Let this process write them, and open "
                + "the store again."
        }
    }
}
