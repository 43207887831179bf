/// The id of one saga, chosen by whoever starts it, unique in its store.
///
/// Starting the same id twice finds the same saga, so a good id says what the saga is about: `order-1042`.
public struct SagaID: Name {
    /// "saga id".
    public static let kind = "saga id"
    /// 400 bytes, so that the id also fits into the name of the stream of the saga's history.
    public static let maximumLength = 400
    /// The text of the name.
    public let rawValue: String
    /// Wraps a text that is known to be valid.
    public init(unchecked text: String) { rawValue = text }
}
