public import EddaCore

/// What a handler of a projection works with: the event's envelope and the tables.
///
/// It is valid while the handler runs.
public struct ProjectionContext {
    /// The event as the store keeps it.
    public let event: RecordedEvent

    private let projection: ProjectionName
    private let tables: BuildTables
    private let transaction: any WriteTransaction

    init(event: RecordedEvent, record: ProjectionRecord, transaction: any WriteTransaction) {
        self.event = event
        self.projection = record.name
        self.tables = BuildTables(record)
        self.transaction = transaction
    }

    /// The key of the event's aggregate: `1042` of stream `order-1042`.
    public var key: String { event.stream.key }
    /// The event's stream.
    public var stream: StreamID { event.stream }
    /// The event's place among all events.
    public var position: Position { event.position }
    /// When the event was recorded; the only time that a rebuild sees again.
    public var recordedAt: Timestamp { event.recordedAt }

    /// Executes one statement on the tables of the projection.
    ///
    /// - Returns: How many rows it inserted, updated or deleted.
    /// - Throws: ``ProjectionError`` with code `unknownTable` when it names a table that the projection does not
    ///   declare; `StoreError` with code `badSQL`.
    @discardableResult
    public func execute(_ statement: SQL) throws -> Int {
        try transaction.execute(resolved(statement))
    }

    /// The rows that a query on the tables of the projection returns.
    ///
    /// A handler that looks at anything else makes rows that a rebuild does not make again.
    ///
    /// - Throws: As ``execute(_:)``.
    public func rows(_ query: SQL) throws -> [SQLRow] {
        try transaction.rows(resolved(query))
    }

    private func resolved(_ statement: SQL) throws(ProjectionError) -> SQL {
        var segments: [SQL.Segment] = []
        segments.reserveCapacity(statement.segments.count)
        for segment in statement.segments {
            guard case .name(let name) = segment else {
                segments.append(segment)
                continue
            }
            guard let physical = tables.physicalName(of: name) else {
                throw ProjectionError(
                    .unknownTable,
                    projection: projection,
                    "Projection \(projection) uses table \(name), which it does not declare; it declares "
                        + "\(tables.names). Add the table to its definition and raise the version."
                )
            }
            segments.append(.text(SQL.quoted(physical)))
        }
        return SQL(segments: segments)
    }
}
