/// Reads a JSON document (RFC 8259) in one pass and writes down its tokens.
///
/// Everything is checked here: structure, numbers, escapes, UTF-8, depth. What reads the tokens need not look again.
struct JSONScanner: ~Copyable {
    /// Deeper nesting is refused, so that no document exhausts the stack of what decodes it.
    static let deepest = 512

    let input: UnsafeBufferPointer<UInt8>
    var place = 0
    private(set) var tokens: JSONTokens
    /// What was known of the document's keys; `nil` from the first that was not read as expected.
    private(set) var shape: JSONShape?
    /// Whether a comma stands before a closing bracket, which JSON forbids and Foundation's decoder allows.
    private(set) var hasTrailingComma = false
    /// The token of the array or object that is being read.
    private var open = -1
    private var depth = 0

    /// So many zeros must follow the input.
    static var padding: Int { 8 }

    /// A scanner at the start of `input`, which must outlive it.
    ///
    /// - Parameters:
    ///   - tokens: Memory for tokens, with none in it.
    ///   - shape: The keys that the document probably has.
    init(_ input: UnsafeBufferPointer<UInt8>, _ tokens: JSONTokens, expecting shape: JSONShape?) {
        self.input = input
        self.tokens = tokens
        guard let shape, !shape.isEmpty else { return }
        shape.begin()
        self.shape = shape
    }

    /// Reads the whole document.
    @inline(__always)
    mutating func scan() throws(JSONFault) {
        guard input.count < UInt32.max else { throw fault(.size) }
        if let shape, input.first == UInt8(ascii: "{") {
            try enter(.object)
            switch try expectedMembers(of: shape) {
            case .end: leave()
            case .separator:
                let count = tokens[0].length + 1
                try rest(isAfterValue: true)
                // Members that followed were read as if nothing were known.
                if tokens[0].length != count { self.shape = nil }
            case .key:
                self.shape = nil
                if try byteAfterSpace() == UInt8(ascii: "}") {
                    leave()
                } else {
                    try key()
                    try rest(isAfterValue: false)
                }
            }
        } else {
            shape = nil
            try rest(isAfterValue: false)
        }
        try finish()
    }

    /// Reads on until a container is left, or one value if there is none.
    ///
    /// - Parameters:
    ///   - isAfterValue: Whether what comes next stands behind a value.
    ///   - outer: The container in which reading ends; -1 is the document.
    @inline(never)
    private mutating func rest(isAfterValue: Bool, in outer: Int = -1) throws(JSONFault) {
        var isWhole = isAfterValue
        while true {
            if !isWhole { isWhole = try value() }
            // The value is whole, and with it perhaps what encloses it.
            while isWhole {
                if open == outer { return }
                isWhole = try separator()
            }
        }
    }

    /// Where expectations end.
    private enum Stop {
        /// At the brace that closes the document.
        case end
        /// Behind a value, at something else than a comma and a key.
        case separator
        /// Where a key may stand, at one that was not expected, or at something else.
        case key
    }

    /// Reads the members of the document as long as their keys are expected and no space is between them.
    private mutating func expectedMembers(of shape: JSONShape) throws(JSONFault) -> Stop {
        let bytes = input.baseAddress.unsafelyUnwrapped
        var expected = 0
        while let key = shape.key(in: input, at: place, from: expected) {
            expected = key + 1
            let length = shape.length(of: key)
            let index = tokens.count
            append(.string, [.verbatim, .plain], start: place + 1, length: length - 3)
            shape.set(index + 1, for: key)
            tokens[0].start = UInt32(truncatingIfNeeded: index)
            place += length
            switch bytes[place] {
            case UInt8(ascii: "\""): _ = try string()
            case UInt8(ascii: "0")...UInt8(ascii: "9"): try number()
            default: try rest(isAfterValue: false, in: 0)
            }
            let next = bytes[place]
            guard next == UInt8(ascii: ","), bytes[place + 1] == UInt8(ascii: "\"") else {
                guard next == UInt8(ascii: "}") else { return .separator }
                tokens[0].length += 1
                return .end
            }
            tokens[0].length += 1
            place += 1
        }
        return .key
    }

    /// Reads a value or the start of one; `false` when it is a container whose first element follows.
    @inline(__always)
    private mutating func value() throws(JSONFault) -> Bool {
        switch try byteAfterSpace() {
        case UInt8(ascii: "\""):
            _ = try string()
        case UInt8(ascii: "{"):
            try enter(.object)
            if try byteAfterSpace() == UInt8(ascii: "}") { leave() } else { try key(); return false }
        case UInt8(ascii: "["):
            try enter(.array)
            if try byteAfterSpace() == UInt8(ascii: "]") { leave() } else { return false }
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            try number()
        case UInt8(ascii: "t"):
            try word("true", .true)
        case UInt8(ascii: "f"):
            try word("false", .false)
        case UInt8(ascii: "n"):
            try word("null", .null)
        default:
            throw fault(.unexpected)
        }
        return true
    }

    /// Reads what stands behind a value in its container; `true` when that ends the container.
    @inline(__always)
    private mutating func separator() throws(JSONFault) -> Bool {
        tokens[open].length += 1
        let isObject = tokens[open].kind == .object
        let end = isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")
        let byte = try byteAfterSpace()
        if byte == UInt8(ascii: ",") {
            place += 1
            if try byteAfterSpace() == end {
                hasTrailingComma = true
                leave()
                return true
            }
            if isObject { try key() }
            return false
        }
        guard byte == end else { throw fault(.unexpected) }
        leave()
        return true
    }

    @inline(__always)
    private mutating func enter(_ kind: JSONToken.Kind) throws(JSONFault) {
        guard depth < Self.deepest else { throw fault(.depth) }
        depth += 1
        place += 1
        // Until the end is known, `next` leads to the enclosing container and `start` to the key before.
        let parent = UInt32(truncatingIfNeeded: open)
        open = tokens.count
        tokens.append(JSONToken(kind: kind, traits: .ordered, start: 0, length: 0, next: parent))
    }

    @inline(__always)
    private mutating func leave() {
        place += 1
        depth -= 1
        let parent = Int(Int32(bitPattern: tokens[open].next))
        tokens[open].start = UInt32(truncatingIfNeeded: open + 1)
        tokens[open].next = UInt32(truncatingIfNeeded: tokens.count)
        open = parent
    }

    /// Reads a key and its colon, and looks whether the object's keys still rise.
    @inline(__always)
    private mutating func key() throws(JSONFault) {
        guard input[place] == UInt8(ascii: "\"") else { throw fault(.unexpected) }
        let index = tokens.count
        let traits = try string()
        if tokens[open].traits.contains(.ordered) {
            let previous = Int(tokens[open].start)
            if !traits.contains(.plain) || (previous > 0 && !precedes(previous, index)) {
                tokens[open].traits.remove(.ordered)
            }
        }
        tokens[open].start = UInt32(truncatingIfNeeded: index)
        guard try byteAfterSpace() == UInt8(ascii: ":") else { throw fault(.unexpected) }
        place += 1
    }

    @inline(__always)
    private func precedes(_ left: Int, _ right: Int) -> Bool {
        let (left, right) = (tokens[left], tokens[right])
        let common = min(left.length, right.length)
        var offset: UInt32 = 0
        while offset < common {
            let (a, b) = (input[Int(left.start + offset)], input[Int(right.start + offset)])
            if a != b { return a < b }
            offset += 1
        }
        return left.length < right.length
    }

    @inline(__always)
    private mutating func word(_ word: StaticString, _ kind: JSONToken.Kind) throws(JSONFault) {
        let count = word.utf8CodeUnitCount
        guard input.count - place >= count else { throw fault(.end) }
        for offset in 0..<count where input[place + offset] != word.utf8Start[offset] {
            throw fault(.unexpected, offset)
        }
        place += count
        append(kind, [], start: place, length: 0)
    }

    /// Writes down a value that holds no others.
    @inline(__always)
    mutating func append(_ kind: JSONToken.Kind, _ traits: JSONToken.Traits, start: Int, length: Int) {
        tokens.append(
            JSONToken(
                kind: kind,
                traits: traits,
                start: UInt32(truncatingIfNeeded: start),
                length: UInt32(truncatingIfNeeded: length),
                next: UInt32(truncatingIfNeeded: tokens.count + 1)
            )
        )
    }

    /// Passes over space; the byte behind it, which is not passed over.
    @inline(__always)
    private mutating func byteAfterSpace() throws(JSONFault) -> UInt8 {
        while place < input.count {
            let byte = input[place]
            guard byte <= 0x20, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return byte }
            place += 1
        }
        throw fault(.end)
    }

    private mutating func finish() throws(JSONFault) {
        while place < input.count {
            guard [0x20, 0x0A, 0x0D, 0x09].contains(input[place]) else { throw fault(.trailing) }
            place += 1
        }
    }

    /// A fault at the present place or some bytes behind it.
    func fault(_ reason: JSONFault.Reason, _ ahead: Int = 0) -> JSONFault {
        JSONFault(reason: reason, offset: place + ahead)
    }
}
