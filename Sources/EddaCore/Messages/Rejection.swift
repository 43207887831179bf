/// A participant's or an aggregate's refusal: the request was understood and will not be done.
///
/// Not a failure, and not worth a retry.
public struct Rejection: Error, Hashable, Codable, Sendable, CustomStringConvertible {
    /// A stable code for programs, such as `stock.insufficient`.
    public var code: String
    /// A sentence for people.
    public var message: String?

    /// A refusal.
    public init(_ code: String, _ message: String? = nil) {
        self.code = code
        self.message = message
    }

    /// The code and the sentence.
    public var description: String { message.map { "\(code): \($0)" } ?? code }
}
