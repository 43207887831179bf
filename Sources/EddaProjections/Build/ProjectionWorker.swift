internal import EddaCore
internal import Logging

/// Does what the planner decides for one projection, in units that each take the register's word for where the build
/// stands.
///
/// It keeps nothing between units, so any number of them, in any number of processes, can work on one projection:
/// whoever comes second with a batch finds the build moved, drops the batch and reads again.
struct ProjectionWorker: Sendable {
    let projection: Projection
    let planner: BuildPlanner
    let store: any Store
    let configuration: ProjectionEngine.Configuration
    let logger: Logger

    init(
        projection: Projection,
        store: any Store,
        configuration: ProjectionEngine.Configuration,
        logger: Logger
    ) {
        self.projection = projection
        self.store = store
        self.configuration = configuration
        planner = BuildPlanner(
            name: projection.name,
            version: projection.version,
            tables: projection.tableNames
        )
        var logger = logger
        logger[metadataKey: "projection"] = "\(projection.name)"
        self.logger = logger
    }

    var name: ProjectionName { projection.name }

    /// All builds of the projection.
    func records() async throws -> [ProjectionRecord] {
        let name = name
        return try await store.read { try $0.projections(name) }
    }

    /// Reads the events that follow on a build, and decodes them; `nil` when there is no such build.
    ///
    /// Only the read is inside the transaction: decoding takes longer and needs none.
    func readBatch(
        for build: @escaping @Sendable ([ProjectionRecord]) throws -> ProjectionRecord?
    ) async throws -> EventBatch? {
        let (name, query, limit) = (name, projection.query, configuration.batchSize)
        let found: (record: ProjectionRecord, page: EventPage)? = try await store.read { transaction in
            guard let record = try build(transaction.projections(name)) else { return nil }
            let page = try transaction.events(
                matching: query,
                .forward,
                after: record.position,
                upTo: nil,
                limit: limit
            )
            return (record, page)
        }
        guard let found else { return nil }
        return EventBatch(
            found.page,
            for: found.record,
            limit: limit,
            projection: projection,
            schema: store.schema
        )
    }

    /// Applies a batch and keeps the new position, in one unit.
    ///
    /// - Returns: Whether it was applied; not when somebody else has moved the build since the batch was read.
    /// - Throws: ``HandlerFailure`` with nothing written; errors of the store.
    func commit(_ batch: EventBatch, failure: HandlerFailure? = nil) async throws -> Bool {
        let (projection, planner) = (projection, planner)
        return try await store.write { transaction in
            guard var record = try planner.unmoved(batch.record, in: transaction.projections(projection.name)) else {
                return false
            }
            try projection.apply(batch.events, to: record, in: transaction)
            record.position = batch.head
            record.failure = failure?.description
            record.updatedAt = transaction.now.wall
            try transaction.putProjection(record)
            return true
        }
    }
}
