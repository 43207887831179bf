internal import EddaCore

/// Makes events of the rows of one statement over ``StoreStatement/eventColumns`` or ``StoreStatement/shownColumns``.
///
/// Rows that stand together mostly have the type or the stream in common, which is then looked up once.
struct EventRows {
    private let transaction: SQLiteReadTransaction
    private var type: (number: Int64, name: EventType)?
    private var stream: (number: Int64, id: StreamID)?

    /// - Parameter transaction: The one that the statement runs in.
    init(in transaction: SQLiteReadTransaction) {
        self.transaction = transaction
    }

    /// The event in the present row.
    ///
    /// - Parameters:
    ///   - row: The statement.
    ///   - stream: The stream, where it is known.
    /// - Throws: ``StoreError`` when the row is not one that Edda writes.
    mutating func event(from row: Statement, in stream: StreamID? = nil) throws -> RecordedEvent {
        guard let id = row.eventID(6) else {
            let position = row.integer(0)
            throw StoreError(.corrupt, "The event at position \(position) of \(transaction.connection.path) has no id.")
        }
        return RecordedEvent(
            position: Position(row.integer(0)),
            stream: try stream ?? self.stream(row.integer(1)),
            version: Int(row.integer(2)),
            recordedAt: Timestamp(microseconds: row.integer(5)),
            event: EventData(
                id: id,
                type: try type(row.integer(3)),
                schemaVersion: Int(row.integer(4)),
                tags: row.isNull(7) ? [] : EventRow.tags(from: row.text(7)),
                metadata: EventMetadata(
                    correlationID: row.optionalText(8),
                    causationID: row.optionalText(9),
                    headers: row.isNull(10) ? [:] : try EventRow.headers(from: row.text(10))
                ),
                data: row.bytes(11)
            )
        )
    }

    /// Shows the event in the present row of a statement over ``StoreStatement/shownColumns``.
    ///
    /// - Throws: What `body` throws.
    mutating func show(_ row: Statement, to body: (StoredEvent) throws -> Void) throws {
        try body(
            StoredEvent(
                position: Position(row.integer(0)),
                version: Int(row.integer(1)),
                type: try type(row.integer(2)),
                schemaVersion: Int(row.integer(3)),
                data: row.borrowedBytes(4)
            )
        )
    }

    private mutating func type(_ number: Int64) throws -> EventType {
        if let type, type.number == number { return type.name }
        let name = try transaction.typeName(number)
        type = (number, name)
        return name
    }

    private mutating func stream(_ number: Int64) throws -> StreamID {
        if let stream, stream.number == number { return stream.id }
        let id = try transaction.stream(number)
        stream = (number, id)
        return id
    }
}
