/// Stored data and Swift types do not fit together.
public struct SchemaError: Error, CustomStringConvertible {
    /// What went wrong.
    public enum Code: String, Hashable, Sendable {
        /// The codec refused to encode a value.
        case notEncodable
        /// Stored data does not decode.
        case notDecodable
        /// The event is of another type than asked for.
        case wrongType
        /// The event was written by a newer program.
        case newerVersion
        /// No upcaster leads from the stored version to the present one.
        case missingUpcaster
        /// Two upcasters start from the same version.
        case ambiguousUpcaster
    }

    /// What went wrong.
    public let code: Code
    /// A sentence that names the event or type and what to do.
    public let description: String
    /// What the codec threw, where it did.
    public let underlying: (any Error)?

    /// Describes a misfit.
    public init(_ code: Code, _ description: String, underlying: (any Error)? = nil) {
        self.code = code
        self.description = description
        self.underlying = underlying
    }
}
