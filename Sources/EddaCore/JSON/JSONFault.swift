/// Why bytes are no JSON document (RFC 8259), and where.
struct JSONFault: Error {
    /// What is wrong.
    enum Reason: String {
        case encoding = "the text cannot be read in the encoding that its first bytes call for"
        case end = "the text ends too early"
        case unexpected = "this byte cannot stand here"
        case trailing = "more follows after the value"
        case depth = "arrays and objects are nested too deep"
        case control = "a string holds a control character that is not escaped"
        case escape = "an escape is none that JSON has"
        case surrogate = "half of a surrogate pair stands alone"
        case invalidUTF8 = "a string is not UTF-8"
        case number = "a number is malformed"
        case size = "the text is larger than 4 GiB"
    }

    let reason: Reason
    /// Bytes before the fault.
    let offset: Int

    /// The error that a decoder throws.
    var decodingError: DecodingError {
        .dataCorrupted(
            DecodingError.Context(codingPath: [], debugDescription: "Not JSON: \(reason.rawValue), at byte \(offset).")
        )
    }
}
