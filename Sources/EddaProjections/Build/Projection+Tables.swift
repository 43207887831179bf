internal import EddaCore

extension Projection {
    /// Creates the tables and indexes of a build, and makes sure that its views can be created later.
    ///
    /// - Parameters:
    ///   - others: The builds of all other projections; their tables are taken, also while they are being removed.
    ///   - live: The build that readers see; its views are the projection's own.
    func createTables(
        of record: ProjectionRecord,
        beside others: [ProjectionRecord],
        live: ProjectionRecord?,
        in transaction: any WriteTransaction
    ) throws {
        let build = BuildTables(record)
        let own = Set(live?.tables.map { $0.lowercased() } ?? [])
        for table in tables {
            if let owner = others.first(where: { $0.tables.contains { $0.lowercased() == table.foldedName } }) {
                throw ProjectionError(
                    .tableTaken,
                    projection: name,
                    "Projection \(name) declares table \(table.name), which belongs to projection \(owner.name) of "
                        + "this store. Give the table another name."
                )
            }
            for statement in build.creation(of: table) { try execute(statement, for: table.name, in: transaction) }
            if !own.contains(table.foldedName) {
                // Found out now, not after a long build: the name may be that of a table of the user's own.
                try execute(build.view(of: table.name), for: table.name, in: transaction)
                try execute(BuildTables.viewRemoval(of: table.name), for: table.name, in: transaction)
            }
        }
    }

    /// Shows readers the rows of a build under the public names.
    func switchViews(
        to record: ProjectionRecord,
        removing orphans: [String],
        in transaction: any WriteTransaction
    ) throws {
        let build = BuildTables(record)
        for table in orphans { try execute(BuildTables.viewRemoval(of: table), for: table, in: transaction) }
        for table in record.tables {
            try execute(BuildTables.viewRemoval(of: table), for: table, in: transaction)
            try execute(build.view(of: table), for: table, in: transaction)
        }
    }

    private func execute(_ statement: SQL, for table: String, in transaction: any WriteTransaction) throws {
        do {
            try transaction.execute(statement)
        } catch let error as StoreError where error.code == .badSQL {
            throw ProjectionError(
                .badTable,
                projection: name,
                "Projection \(name): table \(table) cannot be set up: \(error). Correct the columns and indexes of the "
                    + "table, or choose a name that nothing else in the database has.",
                underlying: error
            )
        }
    }
}
