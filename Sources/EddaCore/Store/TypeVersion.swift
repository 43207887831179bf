/// A version of an event type's shape in which events are stored.
public struct TypeVersion: Hashable, Comparable, Codable, Sendable, CustomStringConvertible {
    /// The name under which the events are stored.
    public var type: EventType
    /// The version of their data's shape.
    public var schemaVersion: Int

    /// A version of a type.
    public init(_ type: EventType, _ schemaVersion: Int) {
        self.type = type
        self.schemaVersion = schemaVersion
    }

    /// Orders by name, then by version.
    public static func < (left: TypeVersion, right: TypeVersion) -> Bool {
        (left.type, left.schemaVersion) < (right.type, right.schemaVersion)
    }

    /// The name and the version.
    public var description: String { "\(type) version \(schemaVersion)" }
}
