/// Tells whether bytes are JSON.
package enum JSONText {
    /// Whether the bytes are one JSON text in UTF-8 by the letter of RFC 8259, nested no deeper than 512.
    ///
    /// ``JSONCodec`` reads a little more: other encodings, and a comma before a closing bracket.
    package static func isValid(_ bytes: [UInt8]) -> Bool {
        // What is thrown is a fault of the text.
        (try? JSONTapeOwner.reading(bytes) { !$0.content.pointee.hasTrailingComma }) ?? false
    }
}
