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
        /// No upcaster leads from the stored version to the next one.
        case missingUpcaster
        /// Two upcasters start from the same version.
        case ambiguousUpcaster
        /// An upcaster leads above the present version of its event, or is for an event that is not registered.
        case surplusUpcaster
        /// Two registered events claim the same wire name.
        case duplicateType
        /// Events name each other, or an event names itself, as their earlier name.
        case aliasCycle
        /// A wire name or a version that an event may not have.
        case invalidEvent
        /// Events of a type are stored that the program does not know.
        case unknownType
    }

    /// What went wrong; of several things, the first.
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

    /// The same about an event of which the stream has become known.
    func placed(in stream: StreamID) -> SchemaError {
        SchemaError(code, "\(description) (stream \(stream))", underlying: underlying)
    }
}
