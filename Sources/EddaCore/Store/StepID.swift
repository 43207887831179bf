/// The stable id of a step in the plan of a saga, such as `reserve-stock`.
public struct StepID: Name {
    /// "step id".
    public static let kind = "step id"
    /// The text of the name.
    public let rawValue: String
    /// Wraps a text that is known to be valid.
    public init(unchecked text: String) { rawValue = text }
}
