public import EddaCore
public import EddaProjections
internal import EddaSQLite
internal import Logging

/// Tests what a projection makes of events: given what has happened, its tables hold these rows.
///
/// ```swift
/// try await ProjectionTest(openOrders)
///     .given([("order-1", OrderPlaced(customer: "ada", total: 4_200)), ("order-2", OrderPlaced(customer: "bob", total: 5))])
///     .given([("order-2", OrderCancelled(reason: "too late"))])
///     .thenRows(of: "SELECT order_id, total FROM open_orders", equal: [[.text("1"), .integer(4_200)]])
/// ```
///
/// The events go through a SQLite store in a temporary folder. The rows are compared twice: as processing the events
/// one by one leaves them, and as a rebuild makes them. A test that fails throws a ``TestFailure``, which every test
/// framework reports.
public struct ProjectionTest: Sendable {
    private let projection: Projection
    private let schema: SchemaRegistry
    private let events: [(stream: StreamID, event: any Event)]

    /// A test of a projection to which nothing has happened.
    public init(_ projection: Projection, schema: SchemaRegistry = .init()) {
        self.init(projection, schema: schema, events: [])
    }

    private init(_ projection: Projection, schema: SchemaRegistry, events: [(stream: StreamID, event: any Event)]) {
        self.projection = projection
        self.schema = schema
        self.events = events
    }

    /// What has happened, oldest first; after what was given already.
    public func given(_ events: [(stream: StreamID, event: any Event)]) -> ProjectionTest {
        ProjectionTest(projection, schema: schema, events: self.events + events)
    }

    /// Checks what a query on the views of the projection returns.
    ///
    /// - Parameters:
    ///   - query: The query. Give it an ORDER BY when it returns several rows.
    ///   - expected: The rows, each with the values of its columns.
    /// - Throws: ``TestFailure`` when the rows are others; `ProjectionError` when a handler fails; `SchemaError`.
    public func thenRows(of query: SQL, equal expected: [[SQLValue]]) async throws {
        try await withTemporaryStore { store in
            let engine = try ProjectionEngine(
                store: store,
                projections: [projection],
                logger: .silent,
                configuration: .init(batchSize: 1)
            )
            try await engine.prepare()
            for (stream, event) in events { try await store.append([event], to: stream) }
            try await engine.catchUp()
            try await compare(query, expected, in: store, after: "processing the events")
            _ = try await engine.rebuild(projection.name)
            try await compare(query, expected, in: store, after: "a rebuild")
        }
    }

    private func compare(
        _ query: SQL,
        _ expected: [[SQLValue]],
        in store: any Store,
        after what: String
    ) async throws {
        let found = try await store.read { try $0.rows(query) }.map(\.values)
        guard found != expected else { return }
        func list(_ rows: [[SQLValue]]) -> String {
            rows.isEmpty ? " none" : rows.map { "\n  \($0)" }.joined()
        }
        throw TestFailure(
            "Projection \(projection.name) holds other rows than expected after \(what).\nExpected:\(list(expected))"
                + "\nFound:\(list(found))"
        )
    }

    private func withTemporaryStore(_ body: (SQLiteStore) async throws -> Void) async throws {
        let folder = try TemporaryFolder()
        var configuration = SQLiteStore.Configuration()
        configuration.durability = .normal
        let store = try await SQLiteStore(path: folder.file(), configuration: configuration, schema: schema)
        do {
            try await body(store)
        } catch {
            await store.close()
            throw error
        }
        await store.close()
    }
}
