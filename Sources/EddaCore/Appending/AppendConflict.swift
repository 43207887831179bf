/// An append was not written because conditions did not hold.
///
/// It names every one of them.
public struct AppendConflict: Error, Hashable, CustomStringConvertible {
    /// One condition that did not hold.
    public enum Failure: Hashable, Sendable, CustomStringConvertible {
        /// A stream was not as expected.
        case stream(StreamID, expected: StreamExpectation, actual: StreamState)
        /// An event that the condition excludes is there; `found` is the first.
        case match(EventQuery, after: Position, found: Position)

        /// The failure in words.
        public var description: String {
            switch self {
            case .stream(let stream, let expected, let actual):
                "stream \(stream): expected \(expected), found \(actual)"
            case .match(let query, let after, let found):
                "no event was to match \(query) after position \(after), found one at \(found)"
            }
        }
    }

    /// The conditions that did not hold, in the order in which they were given; at least one.
    public let failures: [Failure]

    /// A conflict with these failed conditions.
    public init(failures: [Failure]) { self.failures = failures }

    /// Every failed condition with what was expected and what was found.
    public var description: String {
        "Nothing was appended: \(failures.map(\.description).joined(separator: "; ")). "
            + "Read again, decide again, and repeat the append."
    }
}
