/// The name of something that only one may do at a time.
public struct LeaseName: Name {
    /// "lease name".
    public static let kind = "lease name"
    /// The text of the name.
    public let rawValue: String
    /// Wraps a text that is known to be valid.
    public init(unchecked text: String) { rawValue = text }
}
