/// Something that has happened: one struct per kind of event.
///
/// ```swift
/// struct OrderPlaced: Event {
///     static let eventType: EventType = "order.placed"
///     var customer: String
///     var total: Int
/// }
/// ```
///
/// The stored form is what the store's ``EventCodec`` makes of the struct; JSON with sorted keys by default. Avoid
/// enumerations with payloads as properties: their synthesised JSON breaks when a case or a label is renamed.
public protocol Event: Codable, Sendable {
    /// The wire name, stored with every event. Written down, never derived.
    static var eventType: EventType { get }

    /// Wire names under which it was stored earlier: after a renaming, the old name goes here and stays.
    ///
    /// Everything that reads events of this kind reads those under the old names as well. The version of the shape
    /// counts on across a renaming.
    static var aliases: [EventType] { get }

    /// The version of this struct's shape, from 1. Raise it when stored data needs an ``Upcaster`` to fit.
    static var schemaVersion: Int { get }

    /// Words by which the event can be found across streams. None by default.
    var tags: Set<Tag> { get }
}

extension Event {
    /// None.
    public static var aliases: [EventType] { [] }

    /// 1.
    public static var schemaVersion: Int { 1 }

    /// None.
    public var tags: Set<Tag> { [] }

    /// All names under which events of this kind may be stored: the present one and the aliases.
    public static var wireNames: Set<EventType> { Set(aliases + [eventType]) }

    /// Whether events of this kind may be stored under a name.
    static func isStored(as type: EventType) -> Bool { type == eventType || aliases.contains(type) }
}
