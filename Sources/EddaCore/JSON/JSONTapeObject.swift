/// An object on a tape.
struct JSONTapeObject<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let tape: JSONTape
    let object: Int

    var codingPath: [any CodingKey] { tape.path(to: object) }
    var allKeys: [Key] { tape.keys(of: object).compactMap { Key(stringValue: $0) } }

    func contains(_ key: Key) -> Bool { tape.find(key.stringValue, in: object) != nil }

    /// The token of the value for a key.
    ///
    /// - Throws: `DecodingError.keyNotFound`.
    @inline(__always)
    private func index(_ key: Key) throws -> Int {
        guard let index = tape.find(key.stringValue, in: object) else { throw missing(key) }
        return index
    }

    /// The token of the value for a key, unless it is missing or null.
    @inline(__always)
    private func present(_ key: Key) -> Int? {
        guard let index = tape.find(key.stringValue, in: object), tape.tokens[index].kind != .null else { return nil }
        return index
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
        try tape.object(keyedBy: type, at: index(key))
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        try tape.array(at: index(key))
    }

    func superDecoder() throws -> any Decoder { superDecoder(JSONPathKey(stringValue: "super")) }
    func superDecoder(forKey key: Key) throws -> any Decoder { superDecoder(key) }

    /// A key that is missing counts as null here, as in Foundation's decoder.
    private func superDecoder(_ key: any CodingKey) -> any Decoder {
        guard let index = tape.find(key.stringValue, in: object) else {
            return JSONAbsentDecoder(codingPath: codingPath + [key])
        }
        return JSONTapeDecoder(tape: tape, index: index)
    }

    func decodeNil(forKey key: Key) throws -> Bool { try tape.tokens[index(key)].kind == .null }

    func decode(_ type: Bool.Type, forKey key: Key) throws -> Bool { try tape.bool(at: index(key)) }
    func decode(_ type: String.Type, forKey key: Key) throws -> String { try tape.string(at: index(key)) }
    func decode(_ type: Double.Type, forKey key: Key) throws -> Double { try tape.floatingPoint(type, at: index(key)) }
    func decode(_ type: Float.Type, forKey key: Key) throws -> Float { try tape.floatingPoint(type, at: index(key)) }
    func decode(_ type: Int.Type, forKey key: Key) throws -> Int { try tape.integer(type, at: index(key)) }
    func decode(_ type: Int8.Type, forKey key: Key) throws -> Int8 { try tape.integer(type, at: index(key)) }
    func decode(_ type: Int16.Type, forKey key: Key) throws -> Int16 { try tape.integer(type, at: index(key)) }
    func decode(_ type: Int32.Type, forKey key: Key) throws -> Int32 { try tape.integer(type, at: index(key)) }
    func decode(_ type: Int64.Type, forKey key: Key) throws -> Int64 { try tape.integer(type, at: index(key)) }
    func decode(_ type: Int128.Type, forKey key: Key) throws -> Int128 { try tape.integer(type, at: index(key)) }
    func decode(_ type: UInt.Type, forKey key: Key) throws -> UInt { try tape.integer(type, at: index(key)) }
    func decode(_ type: UInt8.Type, forKey key: Key) throws -> UInt8 { try tape.integer(type, at: index(key)) }
    func decode(_ type: UInt16.Type, forKey key: Key) throws -> UInt16 { try tape.integer(type, at: index(key)) }
    func decode(_ type: UInt32.Type, forKey key: Key) throws -> UInt32 { try tape.integer(type, at: index(key)) }
    func decode(_ type: UInt64.Type, forKey key: Key) throws -> UInt64 { try tape.integer(type, at: index(key)) }
    func decode(_ type: UInt128.Type, forKey key: Key) throws -> UInt128 { try tape.integer(type, at: index(key)) }
    func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T { try tape.decode(type, at: index(key)) }
}

// Without these, what is optional would be looked up three times.
extension JSONTapeObject {
    func decodeIfPresent(_ type: Bool.Type, forKey key: Key) throws -> Bool? {
        if let index = present(key) { try tape.bool(at: index) } else { nil }
    }
    func decodeIfPresent(_ type: String.Type, forKey key: Key) throws -> String? {
        if let index = present(key) { try tape.string(at: index) } else { nil }
    }
    func decodeIfPresent(_ type: Double.Type, forKey key: Key) throws -> Double? {
        if let index = present(key) { try tape.floatingPoint(type, at: index) } else { nil }
    }
    func decodeIfPresent(_ type: Float.Type, forKey key: Key) throws -> Float? {
        if let index = present(key) { try tape.floatingPoint(type, at: index) } else { nil }
    }
    func decodeIfPresent(_ type: Int.Type, forKey key: Key) throws -> Int? {
        if let index = present(key) { try tape.integer(type, at: index) } else { nil }
    }
    func decodeIfPresent(_ type: Int8.Type, forKey key: Key) throws -> Int8? {
        if let index = present(key) { try tape.integer(type, at: index) } else { nil }
    }
    func decodeIfPresent(_ type: Int16.Type, forKey key: Key) throws -> Int16? {
        if let index = present(key) { try tape.integer(type, at: index) } else { nil }
    }
    func decodeIfPresent(_ type: Int32.Type, forKey key: Key) throws -> Int32? {
        if let index = present(key) { try tape.integer(type, at: index) } else { nil }
    }
    func decodeIfPresent(_ type: Int64.Type, forKey key: Key) throws -> Int64? {
        if let index = present(key) { try tape.integer(type, at: index) } else { nil }
    }
    func decodeIfPresent(_ type: Int128.Type, forKey key: Key) throws -> Int128? {
        if let index = present(key) { try tape.integer(type, at: index) } else { nil }
    }
    func decodeIfPresent(_ type: UInt.Type, forKey key: Key) throws -> UInt? {
        if let index = present(key) { try tape.integer(type, at: index) } else { nil }
    }
    func decodeIfPresent(_ type: UInt8.Type, forKey key: Key) throws -> UInt8? {
        if let index = present(key) { try tape.integer(type, at: index) } else { nil }
    }
    func decodeIfPresent(_ type: UInt16.Type, forKey key: Key) throws -> UInt16? {
        if let index = present(key) { try tape.integer(type, at: index) } else { nil }
    }
    func decodeIfPresent(_ type: UInt32.Type, forKey key: Key) throws -> UInt32? {
        if let index = present(key) { try tape.integer(type, at: index) } else { nil }
    }
    func decodeIfPresent(_ type: UInt64.Type, forKey key: Key) throws -> UInt64? {
        if let index = present(key) { try tape.integer(type, at: index) } else { nil }
    }
    func decodeIfPresent(_ type: UInt128.Type, forKey key: Key) throws -> UInt128? {
        if let index = present(key) { try tape.integer(type, at: index) } else { nil }
    }
    func decodeIfPresent<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T? {
        if let index = present(key) { try tape.decode(type, at: index) } else { nil }
    }
}
