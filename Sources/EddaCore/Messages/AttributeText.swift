/// The attributes of a message, or the headers of an event, as a JSON object of strings (RFC 8259).
///
/// Every message is written and read twice on its way through a store and a transport, and a general coder spends most of
/// its time on what cannot occur here: numbers, nesting, types to be found out.
package enum AttributeText {
    /// The object, its keys sorted.
    package static func encode(_ attributes: [String: String]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(attributes.reduce(2) { $0 + $1.key.utf8.count + $1.value.utf8.count + 6 })
        bytes.append(UInt8(ascii: "{"))
        for (index, attribute) in attributes.sorted(by: { $0.key < $1.key }).enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            append(attribute.key, to: &bytes)
            bytes.append(UInt8(ascii: ":"))
            append(attribute.value, to: &bytes)
        }
        bytes.append(UInt8(ascii: "}"))
        return bytes
    }

    /// The attributes, or `nil` when the bytes are no JSON object of strings.
    ///
    /// Of a key that occurs twice the last counts.
    package static func decode(_ bytes: [UInt8]) -> [String: String]? {
        // What is thrown is a fault of the text.
        try? JSONTapeOwner.reading(bytes) { tape in
            guard !tape.content.pointee.hasTrailingComma, tape.tokens[0].kind == .object else { return nil }
            var attributes: [String: String] = [:]
            attributes.reserveCapacity(Int(tape.tokens[0].length))
            // An object of strings is a row of keys and values.
            for key in stride(from: 1, to: tape.tokens.count, by: 2) {
                guard tape.tokens[key + 1].kind == .string else { return nil }
                attributes[tape.text(of: tape.tokens[key])] = tape.text(of: tape.tokens[key + 1])
            }
            return attributes
        }
    }

    /// Adds a text in quotation marks.
    static func append(_ text: String, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        var text = text
        text.withUTF8 { text in
            let isPlain = text.allSatisfy { $0 >= 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }
            if isPlain { bytes.append(contentsOf: text) } else { appendEscaped(text, to: &bytes) }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private static func appendEscaped(_ text: UnsafeBufferPointer<UInt8>, to bytes: inout [UInt8]) {
        let digits = Array("0123456789abcdef".utf8)
        for byte in text {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                bytes.append(UInt8(ascii: "\\"))
                bytes.append(byte)
            case 0..<0x20:
                bytes += Array("\\u00".utf8) + [digits[Int(byte >> 4)], digits[Int(byte & 0xF)]]
            default:
                bytes.append(byte)
            }
        }
    }
}
