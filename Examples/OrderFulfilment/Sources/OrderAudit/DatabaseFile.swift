import CSQLiteReader

/// A database as any tool may read it: by SQLite's own functions, read-only, without Edda.
package final class DatabaseFile {
    /// A file that SQLite cannot read, or a query that it refuses.
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    /// One row of a result; valid until the next one is read.
    package struct Row {
        fileprivate let statement: OpaquePointer

        package func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(statement, column) }

        package func optionalInteger(_ column: Int32) -> Int64? {
            sqlite3_column_type(statement, column) == SQLITE_NULL ? nil : integer(column)
        }

        package func optionalText(_ column: Int32) -> String? {
            sqlite3_column_text(statement, column).map { String(cString: $0) }
        }

        package func text(_ column: Int32) -> String { optionalText(column) ?? "" }
    }

    /// The name of the file, for sentences.
    package let name: String
    private let connection: OpaquePointer

    /// Opens a file that is there.
    ///
    /// - Throws: ``Failure``.
    package init(_ path: String) throws {
        name = String(path.split(separator: "/").last ?? "")
        var connection: OpaquePointer?
        let code = sqlite3_open_v2(path, &connection, SQLITE_OPEN_READONLY, nil)
        guard code == SQLITE_OK, let connection else {
            let reason = String(cString: sqlite3_errstr(code))
            sqlite3_close_v2(connection)
            throw Failure(description: "\(path) cannot be opened: \(reason)")
        }
        self.connection = connection
        sqlite3_busy_timeout(connection, 10_000)
    }

    deinit { sqlite3_close_v2(connection) }

    /// Runs a query and passes each of its rows to `use`.
    ///
    /// - Throws: ``Failure``, and what `use` throws.
    package func each(_ query: String, _ use: (Row) throws -> Void) throws {
        var statement: OpaquePointer?
        guard sqlite3_prepare_v2(connection, query, -1, &statement, nil) == SQLITE_OK, let statement else {
            throw failure(query)
        }
        defer { sqlite3_finalize(statement) }
        while true {
            switch sqlite3_step(statement) {
            case SQLITE_ROW: try use(Row(statement: statement))
            case SQLITE_DONE: return
            default: throw failure(query)
            }
        }
    }

    /// The first column of all rows.
    ///
    /// - Throws: ``Failure``.
    package func texts(_ query: String) throws -> [String] {
        var texts: [String] = []
        try each(query) { texts.append($0.text(0)) }
        return texts
    }

    /// The first column of the first row; 0 when there is none.
    ///
    /// - Throws: ``Failure``.
    package func integer(_ query: String) throws -> Int64 {
        var number: Int64?
        try each(query) { number = number ?? $0.integer(0) }
        return number ?? 0
    }

    private func failure(_ query: String) -> Failure {
        Failure(description: "\(name): \(String(cString: sqlite3_errmsg(connection))) in: \(query)")
    }
}
