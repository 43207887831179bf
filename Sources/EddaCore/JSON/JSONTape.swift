/// A JSON document, read once: its bytes and its tokens.
///
/// Tokens stand in the order of the document; a key is followed by its value, a container by what it holds. Each
/// knows the token behind its value, so that values nobody asks for are passed over in one step.
///
/// It is no more than the address of what a ``JSONTapeOwner`` has read: the standard library copies a container at every
/// call, and copying an address counts no references.
struct JSONTape {
    /// What is known of a document.
    struct Content {
        /// The document in UTF-8.
        var bytes = UnsafeBufferPointer<UInt8>(start: nil, count: 0)
        var tokens = JSONTokens()
        /// Whether a comma stands before a closing bracket.
        var hasTrailingComma = false
        /// The keys of the document, if it has none but those that others like it had.
        var shape: JSONShape?
        /// Where the values of large objects are, by key; made when a key is not where it was expected.
        var indexes: [Int: [String: Int]] = [:]
        /// Where the way to a value last led through a container: the token of the key or element, and its number.
        var steps: [Int: (place: Int, count: Int)] = [:]
        /// Who has it in use.
        var owner: Unmanaged<JSONTapeOwner>?
        /// Rises when the document is done with.
        var generation: UInt64 = 0
    }

    let content: UnsafeMutablePointer<Content>

    var tokens: JSONTokens {
        @inline(__always) get { content.pointee.tokens }
    }

    /// Who keeps the document in being.
    @inline(__always)
    var owner: JSONTapeOwner {
        guard let owner = content.pointee.owner else { preconditionFailure("The tape has no document.") }
        return owner.takeUnretainedValue()
    }

    /// Calls `body` with the bytes of a string or number.
    @inline(__always)
    func withContent<R>(of token: JSONToken, _ body: (UnsafeBufferPointer<UInt8>) -> R) -> R {
        let start = content.pointee.bytes.baseAddress.unsafelyUnwrapped + Int(token.start)
        return body(UnsafeBufferPointer(start: start, count: Int(token.length)))
    }

    /// The text of a string.
    @inline(__always)
    func text(of token: JSONToken) -> String {
        if token.traits.contains(.verbatim) {
            return withContent(of: token) { String(decoding: $0, as: UTF8.self) }
        }
        return JSONEscape.text(content.pointee.bytes, Int(token.start)..<Int(token.start) + Int(token.length))
    }
}
