/// A key under which an append takes effect once, however often it is repeated.
public struct IdempotencyKey: Name {
    /// "idempotency key".
    public static let kind = "idempotency key"
    /// The text of the name.
    public let rawValue: String
    /// Wraps a text that is known to be valid.
    public init(unchecked text: String) { rawValue = text }
}
