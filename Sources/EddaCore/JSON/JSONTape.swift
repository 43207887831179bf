internal import Synchronization

/// A JSON document, read once: its bytes and its tokens.
///
/// Tokens stand in the order of the document; a key is followed by its value, a container by what it holds. Each
/// knows the token behind its value, so that values nobody asks for are passed over in one step.
///
/// It is no more than the address of what a ``JSONTapeOwner`` has read: the standard library copies a container at every
/// call, and copying an address counts no references.
struct JSONTape {
    /// What is known of a document.
    struct Content: ~Copyable {
        /// The document in UTF-8.
        var bytes = UnsafeBufferPointer<UInt8>(start: nil, count: 0)
        var tokens = JSONTokens()
        /// Whether a comma stands before a closing bracket.
        var hasTrailingComma = false
        /// Where the values of the document are, if all of its keys were read as expected.
        var shape: JSONShape?
        /// Where the values of large objects are, by key; made when a key is not where it was expected.
        var indexes: [Int: [String: Int]] = [:]
        /// Where the way to a value last led through a container: the token of the key or element, and its number.
        var steps: [Int: (place: Int, count: Int)] = [:]
        /// What makes the containers of its objects.
        let containers = JSONObjectContainers()
        /// Who has it in use.
        var owner: Unmanaged<JSONTapeOwner>?
        /// Rises when the document is done with; whoever was left with the address may look at it from any thread.
        let generation = Atomic<UInt64>(0)

        /// Forgets the document.
        mutating func end() {
            generation.add(1, ordering: .relaxed)
            tokens.removeAll()
            shape = nil
            if !indexes.isEmpty { indexes = [:] }
            if !steps.isEmpty { steps = [:] }
        }
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
