/// An event as the store keeps it.
public struct RecordedEvent: Hashable, Sendable {
    /// Its place among all events of the store.
    public let position: Position
    /// Its stream.
    public let stream: StreamID
    /// Its place in the stream, from 1, without gaps.
    public let version: Int
    /// When it was recorded; never before its predecessor.
    public let recordedAt: Timestamp
    /// What was appended.
    public let event: EventData

    /// Describes a stored event.
    public init(position: Position, stream: StreamID, version: Int, recordedAt: Timestamp, event: EventData) {
        self.position = position
        self.stream = stream
        self.version = version
        self.recordedAt = recordedAt
        self.event = event
    }

    /// The id.
    public var id: EventID { event.id }
    /// The wire name.
    public var type: EventType { event.type }
    /// The version of the data's shape.
    public var schemaVersion: Int { event.schemaVersion }
    /// The tags.
    public var tags: Set<Tag> { event.tags }
    /// Origin and headers.
    public var metadata: EventMetadata { event.metadata }
    /// The encoded event.
    public var data: [UInt8] { event.data }
}
