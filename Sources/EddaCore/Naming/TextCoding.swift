extension Decoder {
    /// A value that is encoded as a text.
    ///
    /// - Parameters:
    ///   - parse: Makes the value; `nil` for a text that is none.
    ///   - what: What the text should have been: "a UUID".
    /// - Throws: `DecodingError` that quotes the text.
    func value<Value>(parsedBy parse: (String) -> Value?, expecting what: String) throws -> Value {
        let container = try singleValueContainer()
        let text = try container.decode(String.self)
        guard let value = parse(text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "\"\(text)\" is not \(what)")
        }
        return value
    }
}

extension Encoder {
    /// Encodes a text alone.
    func encode(text: String) throws {
        var container = singleValueContainer()
        try container.encode(text)
    }
}
