/// The wire name of a kind of saga, such as `order.fulfil`.
public struct SagaName: Name {
    /// "saga name".
    public static let kind = "saga name"
    /// The text of the name.
    public let rawValue: String
    /// Wraps a text that is known to be valid.
    public init(unchecked text: String) { rawValue = text }
}
