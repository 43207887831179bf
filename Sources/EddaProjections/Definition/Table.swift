public import EddaCore

/// A table that a projection fills.
///
/// ```swift
/// let orders = Table("open_orders", "order_id TEXT PRIMARY KEY, total INTEGER NOT NULL", indexes: ["total": "total"])
/// ```
///
/// Readers use the name as written: it is a view. The rows are in a physical table of the build that is live, so that
/// another build can be filled beside it. Handlers therefore interpolate the value, which stands for the physical
/// table: `"INSERT INTO \(orders) VALUES (…)"`.
///
/// Names are checked when the ``ProjectionEngine`` is made. A name has 1 to 100 characters `A`–`Z`, `a`–`z`, `0`–`9`
/// and `_`, does not begin with a digit, nor with `edda_` or `sqlite_`, nor end like a physical name (`__1_2`).
public struct Table: Hashable, Sendable {
    /// The public name.
    public let name: String
    /// What stands between the parentheses of CREATE TABLE.
    public let columns: String
    /// Indexes: a name that is unique in the table, and the columns in the notation of CREATE INDEX.
    public let indexes: [String: String]

    /// Declares a table.
    ///
    /// - Parameters:
    ///   - name: The public name; see ``Table`` for the rules.
    ///   - columns: Columns and constraints, as between the parentheses of CREATE TABLE.
    ///   - indexes: The name of each index, by the same rules as the table's, and its columns.
    public init(_ name: String, _ columns: String, indexes: [String: String] = [:]) {
        self.name = name
        self.columns = columns
        self.indexes = indexes
    }
}

extension SQL.StringInterpolation {
    /// Adds a table: the physical one of the build that a handler is writing.
    ///
    /// Only handlers know of a build; readers write the public name of the view.
    public mutating func appendInterpolation(_ table: Table) {
        appendInterpolation(name: table.name)
    }
}
