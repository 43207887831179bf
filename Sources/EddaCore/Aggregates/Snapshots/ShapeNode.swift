/// What a value encodes: a primitive, named fields, or elements.
final class ShapeNode {
    var primitive: Any?
    var isNull = false
    var fields: [String: ShapeNode] = [:]
    var elements: [ShapeNode] = []

    /// The node of a field, made when it is not there.
    func field(_ key: some CodingKey) -> ShapeNode {
        let node = fields[key.stringValue] ?? ShapeNode()
        fields[key.stringValue] = node
        return node
    }

    /// A node after the last element.
    func element() -> ShapeNode {
        let node = ShapeNode()
        elements.append(node)
        return node
    }
}

/// Keeps what a value encodes as nodes.
struct ShapeEncoder: Encoder {
    let node: ShapeNode
    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        KeyedEncodingContainer(Keyed<Key>(node: node))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer { Unkeyed(node: node) }

    func singleValueContainer() -> any SingleValueEncodingContainer { Single(node: node) }

    private static func keep<T: Encodable>(_ value: T, in node: ShapeNode) throws {
        if value is any BlankValue { node.primitive = value } else { try value.encode(to: ShapeEncoder(node: node)) }
    }

    private struct Keyed<Key: CodingKey>: KeyedEncodingContainerProtocol {
        let node: ShapeNode
        var codingPath: [any CodingKey] { [] }

        func encodeNil(forKey key: Key) { node.field(key).isNull = true }

        func encode<T: Encodable>(_ value: T, forKey key: Key) throws { try keep(value, in: node.field(key)) }

        func nestedContainer<Nested: CodingKey>(
            keyedBy type: Nested.Type,
            forKey key: Key
        ) -> KeyedEncodingContainer<Nested> {
            ShapeEncoder(node: node.field(key)).container(keyedBy: type)
        }

        func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
            Unkeyed(node: node.field(key))
        }

        func superEncoder() -> any Encoder { ShapeEncoder(node: node.field(SuperKey())) }

        func superEncoder(forKey key: Key) -> any Encoder { ShapeEncoder(node: node.field(key)) }
    }

    private struct Unkeyed: UnkeyedEncodingContainer {
        let node: ShapeNode
        var codingPath: [any CodingKey] { [] }
        var count: Int { node.elements.count }

        func encodeNil() { node.element().isNull = true }

        func encode<T: Encodable>(_ value: T) throws { try keep(value, in: node.element()) }

        func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
            ShapeEncoder(node: node.element()).container(keyedBy: type)
        }

        func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { Unkeyed(node: node.element()) }

        func superEncoder() -> any Encoder { ShapeEncoder(node: node.element()) }
    }

    private struct Single: SingleValueEncodingContainer {
        let node: ShapeNode
        var codingPath: [any CodingKey] { [] }

        func encodeNil() { node.isNull = true }

        func encode<T: Encodable>(_ value: T) throws { try keep(value, in: node) }
    }
}

/// The key under which a class encodes its superclass.
struct SuperKey: CodingKey {
    var stringValue: String { "super" }
    var intValue: Int? { nil }
    init() {}
    init?(stringValue: String) { nil }
    init?(intValue: Int) { nil }
}
