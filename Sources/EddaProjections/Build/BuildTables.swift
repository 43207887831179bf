internal import EddaCore

/// The physical tables of one build, and the SQL that makes, shows and removes them.
struct BuildTables: Hashable, Sendable {
    /// The public names.
    let names: [String]
    private let suffix: String

    init(_ record: ProjectionRecord) {
        names = record.tables
        suffix = "__\(record.version)_\(record.build)"
    }

    /// The physical name of a table, or `nil` when the build has no such table.
    func physicalName(of table: String) -> String? {
        names.contains(table) ? table + suffix : nil
    }

    /// The statements that create a table and its indexes.
    func creation(of table: Table) -> [SQL] {
        let physical = table.name + suffix
        // The line break keeps a comment at the end of the columns from swallowing the parenthesis.
        let creation = "CREATE TABLE \(SQL.quoted(physical)) (\n\(table.columns)\n)"
        let indexes = table.indexes.sorted { $0.key < $1.key }
            .map { name, columns in
                "CREATE INDEX \(SQL.quoted("\(physical)__\(name)")) ON \(SQL.quoted(physical)) (\n\(columns)\n)"
            }
        return ([creation] + indexes).map { SQL(stringLiteral: $0) }
    }

    /// The statement that shows readers the rows of this build under the public name.
    func view(of table: String) -> SQL {
        SQL(
            stringLiteral: "CREATE VIEW \(SQL.quoted(table)) AS SELECT * FROM \(SQL.quoted(table + suffix))"
        )
    }

    /// The statement that takes the public name away.
    static func viewRemoval(of table: String) -> SQL {
        SQL(stringLiteral: "DROP VIEW IF EXISTS \(SQL.quoted(table))")
    }

    /// The statement that deletes some rows of a table, so that a large one does not go in a single long unit.
    func emptying(_ table: String, limit: Int) -> SQL {
        let physical = SQL.quoted(table + suffix)
        return SQL(
            stringLiteral: "DELETE FROM \(physical) WHERE rowid IN (SELECT rowid FROM \(physical) LIMIT \(limit))"
        )
    }

    /// The statement that removes a table and its indexes.
    func removal(of table: String) -> SQL {
        SQL(stringLiteral: "DROP TABLE \(SQL.quoted(table + suffix))")
    }
}
