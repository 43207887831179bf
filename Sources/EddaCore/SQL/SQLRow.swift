/// A row that a query returned.
public struct SQLRow: Hashable, Sendable {
    /// The names of the columns, as the query gives them.
    public let columns: [String]
    /// The values, one a column.
    public let values: [SQLValue]

    /// A row.
    public init(columns: [String], values: [SQLValue]) {
        self.columns = columns
        self.values = values
    }

    /// The value of a column.
    ///
    /// - Throws: ``StoreError`` with code `badSQL` when the query has no such column, or its value is not of the type.
    public func value<T: SQLConvertible>(_ column: String, as type: T.Type = T.self) throws(StoreError) -> T {
        guard let index = columns.firstIndex(of: column) else {
            throw StoreError(.badSQL, "The row has no column \"\(column)\"; it has \(columns).")
        }
        guard let value = T(sqlValue: values[index]) else {
            throw StoreError(.badSQL, "Column \"\(column)\" holds \(values[index]), which is no \(T.self).")
        }
        return value
    }
}
