/// An event made ready for appending: its data encoded, its id assigned.
///
/// Appending Swift values does this for you; make one yourself to choose the id, or to append bytes that another
/// program encoded.
public struct EventData: Hashable, Sendable {
    /// The most bytes that one event's data may have: 16 MiB.
    public static let maximumSize = 16 << 20

    /// The id; unique in the store.
    public var id: EventID
    /// The wire name.
    public var type: EventType
    /// The version of the data's shape, from 1.
    public var schemaVersion: Int
    /// Words by which the event can be found across streams.
    public var tags: Set<Tag>
    /// Origin and headers.
    public var metadata: EventMetadata
    /// The encoded event; any bytes, also none.
    public var data: [UInt8]

    /// An event from bytes.
    public init(
        id: EventID = .generate(),
        type: EventType,
        schemaVersion: Int = 1,
        tags: Set<Tag> = [],
        metadata: EventMetadata = .init(),
        data: [UInt8]
    ) {
        self.id = id
        self.type = type
        self.schemaVersion = schemaVersion
        self.tags = tags
        self.metadata = metadata
        self.data = data
    }

    /// An event from a Swift value.
    ///
    /// - Throws: ``SchemaError`` when the codec cannot encode it.
    public init<E: Event>(
        _ event: E,
        id: EventID = .generate(),
        metadata: EventMetadata = .init(),
        schema: SchemaRegistry
    ) throws {
        self.init(
            id: id,
            type: E.eventType,
            schemaVersion: E.schemaVersion,
            tags: event.tags,
            metadata: metadata,
            data: try schema.encode(event)
        )
    }
}
