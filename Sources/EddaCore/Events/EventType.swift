/// The wire name of an event: stored with every event, never derived from a Swift type, so that renaming the struct
/// does not orphan what is stored.
///
/// `order.placed` is a good one.
public struct EventType: Name {
    /// "event type".
    public static let kind = "event type"
    /// The text of the name.
    public let rawValue: String
    /// Wraps a text that is known to be valid.
    public init(unchecked text: String) { rawValue = text }
}
