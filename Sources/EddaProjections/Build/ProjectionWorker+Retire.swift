internal import EddaCore
internal import Logging

extension ProjectionWorker {
    /// How many rows of a retired table go in one unit.
    static let retiredPage = 1_000

    /// Gives up a build that was begun; its tables are removed later.
    func retire(_ seen: ProjectionRecord) async throws {
        let (name, version) = (name, seen.version)
        try await store.write { transaction in
            let record = try transaction.projections(name)
                .first { $0.build == seen.build && $0.version == version && $0.status == .building }
            guard var record else { return }
            record.status = .retired
            record.updatedAt = transaction.now.wall
            try transaction.putProjection(record)
        }
    }

    /// Removes the tables of retired builds, page by page, then their rows in the register.
    ///
    /// Each page is a unit of its own and the register says what is left, so it can stop anywhere and go on later.
    func removeRetired() async throws {
        for record in planner.retired(in: try await records()) {
            while try await removePage(ofBuild: record.build) { try Task.checkCancellation() }
            logger.debug("Removed build \(record.build) of version \(record.version)")
        }
    }

    /// Removes some rows of a retired build.
    ///
    /// - Returns: Whether there is more to remove.
    private func removePage(ofBuild build: Int) async throws -> Bool {
        let name = name
        return try await store.write { transaction in
            let records = try transaction.projections(name)
            guard var record = records.first(where: { $0.build == build && $0.status == .retired }) else {
                return false
            }
            guard let table = record.tables.first else {
                try transaction.removeProjection(name, build: build)
                return false
            }
            let tables = BuildTables(record)
            if try transaction.execute(tables.emptying(table, limit: Self.retiredPage)) < Self.retiredPage {
                try transaction.execute(tables.removal(of: table))
                record.tables.removeFirst()
                try transaction.putProjection(record)
            }
            return true
        }
    }
}
