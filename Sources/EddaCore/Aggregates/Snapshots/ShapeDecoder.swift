/// What a type was seen to decode.
final class ShapeRecord {
    var lines: Set<String> = []
}

/// Notes what a type decodes, and gives it values to go on: those that its initial value encoded, else blank ones.
///
/// Without a record it gives only what was encoded.
struct ShapeDecoder: Decoder {
    /// A type wants a value that cannot be made up.
    struct Unknown: Error {}

    let record: ShapeRecord?
    let node: ShapeNode?
    let path: String
    /// The types inside which this one is; a type inside itself is not looked into again.
    let ancestors: [ObjectIdentifier]

    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedDecodingContainer<Key> {
        KeyedDecodingContainer(Keyed<Key>(decoder: self))
    }

    func unkeyedContainer() -> any UnkeyedDecodingContainer { Unkeyed(decoder: self) }

    func singleValueContainer() -> any SingleValueDecodingContainer { Single(decoder: self) }

    /// A decoder for a part.
    private func part(_ node: ShapeNode?, _ path: String) -> ShapeDecoder {
        ShapeDecoder(record: record, node: node, path: path, ancestors: ancestors)
    }

    private func value<T: Decodable>(_ type: T.Type) throws -> T {
        record?.lines.insert("\(path): \(type)")
        if let blank = type as? any BlankValue.Type {
            if let value = node?.primitive as? T { return value }
            if record != nil, let value = blank.blank as? T { return value }
            throw Unknown()
        }
        let id = ObjectIdentifier(type)
        if let record, !ancestors.contains(id) {
            let decoder = ShapeDecoder(record: record, node: node, path: path, ancestors: ancestors + [id])
            if let value = try? T(from: decoder) { return value }
        }
        if let node {
            return try T(from: ShapeDecoder(record: nil, node: node, path: path, ancestors: []))
        }
        guard record != nil, let optional = type as? any ExpressibleByNilLiteral.Type,
            let none = optional.init(nilLiteral: ()) as? T
        else { throw Unknown() }
        return none
    }

    private struct Keyed<Key: CodingKey>: KeyedDecodingContainerProtocol {
        let decoder: ShapeDecoder
        var codingPath: [any CodingKey] { [] }

        /// What was encoded; where nothing was, one key, if the type takes any text for a key.
        var allKeys: [Key] {
            let keys = decoder.node?.fields.keys.sorted().compactMap { Key(stringValue: $0) } ?? []
            guard keys.isEmpty, decoder.record != nil else { return keys }
            return [Key(stringValue: "0")].compactMap(\.self)
        }

        private func part(_ key: some CodingKey) -> ShapeDecoder {
            decoder.part(decoder.node?.fields[key.stringValue], "\(decoder.path).\(key.stringValue)")
        }

        func contains(_ key: Key) -> Bool {
            decoder.record != nil || decoder.node?.fields[key.stringValue] != nil
        }

        func decodeNil(forKey key: Key) -> Bool {
            guard let node = decoder.node?.fields[key.stringValue] else { return decoder.record == nil }
            return node.isNull
        }

        func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T { try part(key).value(type) }

        func decodeIfPresent<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T? { optional(type, key) }

        // The standard library has a default for each of these, which would ask for a value that is not optional.
        func decodeIfPresent(_ type: Bool.Type, forKey key: Key) throws -> Bool? { optional(type, key) }
        func decodeIfPresent(_ type: String.Type, forKey key: Key) throws -> String? { optional(type, key) }
        func decodeIfPresent(_ type: Double.Type, forKey key: Key) throws -> Double? { optional(type, key) }
        func decodeIfPresent(_ type: Float.Type, forKey key: Key) throws -> Float? { optional(type, key) }
        func decodeIfPresent(_ type: Int.Type, forKey key: Key) throws -> Int? { optional(type, key) }
        func decodeIfPresent(_ type: Int8.Type, forKey key: Key) throws -> Int8? { optional(type, key) }
        func decodeIfPresent(_ type: Int16.Type, forKey key: Key) throws -> Int16? { optional(type, key) }
        func decodeIfPresent(_ type: Int32.Type, forKey key: Key) throws -> Int32? { optional(type, key) }
        func decodeIfPresent(_ type: Int64.Type, forKey key: Key) throws -> Int64? { optional(type, key) }
        func decodeIfPresent(_ type: UInt.Type, forKey key: Key) throws -> UInt? { optional(type, key) }
        func decodeIfPresent(_ type: UInt8.Type, forKey key: Key) throws -> UInt8? { optional(type, key) }
        func decodeIfPresent(_ type: UInt16.Type, forKey key: Key) throws -> UInt16? { optional(type, key) }
        func decodeIfPresent(_ type: UInt32.Type, forKey key: Key) throws -> UInt32? { optional(type, key) }
        func decodeIfPresent(_ type: UInt64.Type, forKey key: Key) throws -> UInt64? { optional(type, key) }

        private func optional<T: Decodable>(_ type: T.Type, _ key: Key) -> T? {
            let part = part(key)
            let value = try? part.value(T?.self)
            return part.node == nil ? nil : value ?? nil
        }

        func nestedContainer<Nested: CodingKey>(
            keyedBy type: Nested.Type,
            forKey key: Key
        ) -> KeyedDecodingContainer<Nested> {
            part(key).container(keyedBy: type)
        }

        func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedDecodingContainer { part(key).unkeyedContainer() }

        func superDecoder() -> any Decoder { part(SuperKey()) }

        func superDecoder(forKey key: Key) -> any Decoder { part(key) }
    }

    private struct Unkeyed: UnkeyedDecodingContainer {
        let decoder: ShapeDecoder
        private(set) var currentIndex = 0
        var codingPath: [any CodingKey] { [] }

        init(decoder: ShapeDecoder) { self.decoder = decoder }

        private var elements: [ShapeNode] { decoder.node?.elements ?? [] }

        /// Two blank elements where there is none: a dictionary whose keys are not texts decodes a key and a value.
        var count: Int? { elements.isEmpty && decoder.record != nil ? 2 : elements.count }
        var isAtEnd: Bool { currentIndex >= (count ?? 0) }

        private mutating func next() throws -> ShapeDecoder {
            guard !isAtEnd else { throw Unknown() }
            defer { currentIndex += 1 }
            let node = currentIndex < elements.count ? elements[currentIndex] : nil
            return decoder.part(node, "\(decoder.path)[]")
        }

        mutating func decodeNil() -> Bool {
            guard currentIndex < elements.count, elements[currentIndex].isNull else { return false }
            currentIndex += 1
            return true
        }

        mutating func decode<T: Decodable>(_ type: T.Type) throws -> T { try next().value(type) }

        mutating func nestedContainer<Nested: CodingKey>(
            keyedBy type: Nested.Type
        ) throws -> KeyedDecodingContainer<Nested> {
            try next().container(keyedBy: type)
        }

        mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
            try next().unkeyedContainer()
        }

        mutating func superDecoder() throws -> any Decoder { try next() }
    }

    private struct Single: SingleValueDecodingContainer {
        let decoder: ShapeDecoder
        var codingPath: [any CodingKey] { [] }

        /// While looking around, an optional is taken to hold something.
        func decodeNil() -> Bool { decoder.record == nil && decoder.node?.isNull ?? true }

        func decode<T: Decodable>(_ type: T.Type) throws -> T { try decoder.value(type) }
    }
}
