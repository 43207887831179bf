/// A JSON document, read once: its bytes and its tokens.
///
/// Tokens stand in the order of the document; a key is followed by its value, a container by what it holds. Each
/// knows the token behind its value, so that values nobody asks for are passed over in one step.
///
/// A tape belongs to one call of ``JSONCodec/decode(_:from:)``: it is no more `Sendable` than `Decoder` is.
final class JSONTape {
    let bytes: [UInt8]
    let tokens: JSONTokens
    /// Whether a comma stands before a closing bracket.
    let hasTrailingComma: Bool
    /// Where the values of large objects are, by key; made when a key is not where it was expected.
    var indexes: [Int: [String: Int]] = [:]

    /// Reads a document in UTF-8.
    init(utf8 bytes: [UInt8]) throws(JSONFault) {
        self.bytes = bytes
        var tokens: JSONTokens?
        var fault: JSONFault?
        var hasTrailingComma = false
        bytes.withUnsafeBufferPointer { input in
            var scanner = JSONScanner(input)
            do throws(JSONFault) {
                try scanner.scan()
            } catch {
                fault = error
            }
            hasTrailingComma = scanner.hasTrailingComma
            tokens = scanner.finished()
        }
        self.tokens = tokens.take() ?? JSONTokens(capacity: 0)
        self.hasTrailingComma = hasTrailingComma
        if let fault { throw fault }
    }

    /// Calls `body` with the bytes of a string or number.
    @inline(__always)
    func withContent<R>(of token: JSONToken, _ body: (UnsafeBufferPointer<UInt8>) -> R) -> R {
        bytes.withUnsafeBufferPointer { bytes in
            body(UnsafeBufferPointer(rebasing: bytes[Int(token.start)..<Int(token.start) + Int(token.length)]))
        }
    }

    /// The text of a string.
    @inline(__always)
    func text(of token: JSONToken) -> String {
        if token.traits.contains(.verbatim) {
            return withContent(of: token) { String(decoding: $0, as: UTF8.self) }
        }
        return bytes.withUnsafeBufferPointer {
            JSONEscape.text($0, Int(token.start)..<Int(token.start) + Int(token.length))
        }
    }
}
