internal import Synchronization

/// An object on a tape.
///
/// It refers to the document without keeping it: the standard library copies it at every call, and to count those references
/// would cost a tenth of all decoding. So it is of use until the call that decodes the document returns, or as long as a
/// decoder of the document is kept. After that it throws, or traps where it cannot throw, but does not touch what is gone; its
/// coding path is empty then.
struct JSONTapeObject<Key: CodingKey>: JSONObjectContainer {
    private let content: UnsafeMutablePointer<JSONTape.Content>
    private let generation: UInt64
    private let object: Int

    init(of tape: JSONTape, object: Int) {
        content = tape.content
        generation = content.pointee.generation.load(ordering: .relaxed)
        self.object = object
    }

    private var isStale: Bool {
        @inline(__always) get { content.pointee.generation.load(ordering: .relaxed) != generation }
    }

    /// The tape, for what cannot throw.
    private var tape: JSONTape {
        precondition(!isStale, "\(Self.stale)")
        return JSONTape(content: content)
    }

    /// The tape.
    ///
    /// - Throws: `DecodingError` when the document is done with.
    @inline(__always)
    private func open() throws -> JSONTape {
        if isStale { throw kept() }
        return JSONTape(content: content)
    }

    @inline(never)
    private func kept() -> DecodingError {
        .dataCorrupted(DecodingError.Context(codingPath: [], debugDescription: Self.stale))
    }

    private static var stale: String {
        "A keyed container was used after the call that decoded its document. Decode what is needed in init(from:), or keep "
            + "the decoder."
    }

    var codingPath: [any CodingKey] { isStale ? [] : tape.path(to: object) }
    var allKeys: [Key] { tape.keys(of: object).compactMap { Key(stringValue: $0) } }

    func contains(_ key: Key) -> Bool { tape.find(key.stringValue, in: object) != nil }

    /// Decodes the value for a key.
    ///
    /// - Throws: `DecodingError`, `keyNotFound` among others.
    @inline(__always)
    private func value<T>(_ key: Key, _ decode: (JSONTape, Int) throws -> T) throws -> T {
        let tape = try open()
        guard let index = tape.find(key.stringValue, in: object) else { throw missing(key) }
        return try decode(tape, index)
    }

    /// Decodes the value for a key, unless it is missing or null.
    ///
    /// - Throws: `DecodingError`.
    @inline(__always)
    private func present<T>(_ key: Key, _ decode: (JSONTape, Int) throws -> T) throws -> T? {
        let tape = try open()
        guard let index = tape.find(key.stringValue, in: object), tape.tokens[index].kind != .null else { return nil }
        return try decode(tape, index)
    }

    @inline(never)
    private func missing(_ key: Key) -> DecodingError {
        .keyNotFound(
            key,
            DecodingError.Context(
                codingPath: codingPath,
                debugDescription: "No value associated with key \(key) (\"\(key.stringValue)\")."
            )
        )
    }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type,
        forKey key: Key
    ) throws -> KeyedDecodingContainer<Nested> {
        try value(key) { try $0.object(keyedBy: type, at: $1) }
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        try value(key) { try $0.array(at: $1) }
    }

    func superDecoder() throws -> any Decoder { try superDecoder(JSONPathKey(stringValue: "super")) }
    func superDecoder(forKey key: Key) throws -> any Decoder { try superDecoder(key) }

    /// A key that is missing counts as null here, as in Foundation's decoder.
    private func superDecoder(_ key: any CodingKey) throws -> any Decoder {
        let tape = try open()
        guard let index = tape.find(key.stringValue, in: object) else {
            return JSONAbsentDecoder(codingPath: codingPath + [key])
        }
        return JSONTapeDecoder(owner: tape.owner, index: index)
    }

    func decodeNil(forKey key: Key) throws -> Bool { try value(key) { $0.tokens[$1].kind == .null } }

    func decode(_ type: Bool.Type, forKey key: Key) throws -> Bool { try value(key) { try $0.bool(at: $1) } }
    func decode(_ type: String.Type, forKey key: Key) throws -> String { try value(key) { try $0.string(at: $1) } }
    func decode(_ type: Double.Type, forKey key: Key) throws -> Double {
        try value(key) { try $0.floatingPoint(type, at: $1) }
    }
    func decode(_ type: Float.Type, forKey key: Key) throws -> Float {
        try value(key) { try $0.floatingPoint(type, at: $1) }
    }
    func decode(_ type: Int.Type, forKey key: Key) throws -> Int { try value(key) { try $0.integer(type, at: $1) } }
    func decode(_ type: Int8.Type, forKey key: Key) throws -> Int8 { try value(key) { try $0.integer(type, at: $1) } }
    func decode(_ type: Int16.Type, forKey key: Key) throws -> Int16 { try value(key) { try $0.integer(type, at: $1) } }
    func decode(_ type: Int32.Type, forKey key: Key) throws -> Int32 { try value(key) { try $0.integer(type, at: $1) } }
    func decode(_ type: Int64.Type, forKey key: Key) throws -> Int64 { try value(key) { try $0.integer(type, at: $1) } }
    func decode(_ type: Int128.Type, forKey key: Key) throws -> Int128 {
        try value(key) { try $0.integer(type, at: $1) }
    }
    func decode(_ type: UInt.Type, forKey key: Key) throws -> UInt { try value(key) { try $0.integer(type, at: $1) } }
    func decode(_ type: UInt8.Type, forKey key: Key) throws -> UInt8 { try value(key) { try $0.integer(type, at: $1) } }
    func decode(_ type: UInt16.Type, forKey key: Key) throws -> UInt16 {
        try value(key) { try $0.integer(type, at: $1) }
    }
    func decode(_ type: UInt32.Type, forKey key: Key) throws -> UInt32 {
        try value(key) { try $0.integer(type, at: $1) }
    }
    func decode(_ type: UInt64.Type, forKey key: Key) throws -> UInt64 {
        try value(key) { try $0.integer(type, at: $1) }
    }
    func decode(_ type: UInt128.Type, forKey key: Key) throws -> UInt128 {
        try value(key) { try $0.integer(type, at: $1) }
    }
    func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T {
        try value(key) { try $0.decode(type, at: $1) }
    }
}

// Without these, what is optional would be looked up three times.
extension JSONTapeObject {
    func decodeIfPresent(_ type: Bool.Type, forKey key: Key) throws -> Bool? {
        try present(key) { try $0.bool(at: $1) }
    }
    func decodeIfPresent(_ type: String.Type, forKey key: Key) throws -> String? {
        try present(key) { try $0.string(at: $1) }
    }
    func decodeIfPresent(_ type: Double.Type, forKey key: Key) throws -> Double? {
        try present(key) { try $0.floatingPoint(type, at: $1) }
    }
    func decodeIfPresent(_ type: Float.Type, forKey key: Key) throws -> Float? {
        try present(key) { try $0.floatingPoint(type, at: $1) }
    }
    func decodeIfPresent(_ type: Int.Type, forKey key: Key) throws -> Int? {
        try present(key) { try $0.integer(type, at: $1) }
    }
    func decodeIfPresent(_ type: Int8.Type, forKey key: Key) throws -> Int8? {
        try present(key) { try $0.integer(type, at: $1) }
    }
    func decodeIfPresent(_ type: Int16.Type, forKey key: Key) throws -> Int16? {
        try present(key) { try $0.integer(type, at: $1) }
    }
    func decodeIfPresent(_ type: Int32.Type, forKey key: Key) throws -> Int32? {
        try present(key) { try $0.integer(type, at: $1) }
    }
    func decodeIfPresent(_ type: Int64.Type, forKey key: Key) throws -> Int64? {
        try present(key) { try $0.integer(type, at: $1) }
    }
    func decodeIfPresent(_ type: Int128.Type, forKey key: Key) throws -> Int128? {
        try present(key) { try $0.integer(type, at: $1) }
    }
    func decodeIfPresent(_ type: UInt.Type, forKey key: Key) throws -> UInt? {
        try present(key) { try $0.integer(type, at: $1) }
    }
    func decodeIfPresent(_ type: UInt8.Type, forKey key: Key) throws -> UInt8? {
        try present(key) { try $0.integer(type, at: $1) }
    }
    func decodeIfPresent(_ type: UInt16.Type, forKey key: Key) throws -> UInt16? {
        try present(key) { try $0.integer(type, at: $1) }
    }
    func decodeIfPresent(_ type: UInt32.Type, forKey key: Key) throws -> UInt32? {
        try present(key) { try $0.integer(type, at: $1) }
    }
    func decodeIfPresent(_ type: UInt64.Type, forKey key: Key) throws -> UInt64? {
        try present(key) { try $0.integer(type, at: $1) }
    }
    func decodeIfPresent(_ type: UInt128.Type, forKey key: Key) throws -> UInt128? {
        try present(key) { try $0.integer(type, at: $1) }
    }
    func decodeIfPresent<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T? {
        try present(key) { try $0.decode(type, at: $1) }
    }
}
