extension Message {
    /// The attributes as a JSON object of strings, the form in which stores and the in-process transport keep them.
    package func encodedAttributes() -> [UInt8] { AttributeText.encode(attributes) }

    /// Reads what ``encodedAttributes()`` wrote.
    package init(encodedAttributes bytes: [UInt8], data: [UInt8]) throws(MessageError) {
        guard let attributes = AttributeText.decode(bytes) else {
            throw MessageError(attribute: "(all)", problem: "are no JSON object of strings")
        }
        try self.init(attributes: attributes, data: data)
    }
}
