/// What stands for a superclass whose key is missing: a null.
struct JSONAbsentDecoder: Decoder, SingleValueDecodingContainer {
    let codingPath: [any CodingKey]
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        throw absence([String: Any].self)
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer { throw absence([Any].self) }
    func singleValueContainer() throws -> any SingleValueDecodingContainer { self }
    func decodeNil() -> Bool { true }

    /// As anywhere else, a null asked for as a Bool is of the wrong type, not absent.
    func decode(_ type: Bool.Type) throws -> Bool {
        throw DecodingError.typeMismatch(type, context("Expected to decode Bool but found null instead."))
    }

    func decode(_ type: String.Type) throws -> String { throw absence(type) }
    func decode(_ type: Double.Type) throws -> Double { throw absence(type) }
    func decode(_ type: Float.Type) throws -> Float { throw absence(type) }
    func decode(_ type: Int.Type) throws -> Int { throw absence(type) }
    func decode(_ type: Int8.Type) throws -> Int8 { throw absence(type) }
    func decode(_ type: Int16.Type) throws -> Int16 { throw absence(type) }
    func decode(_ type: Int32.Type) throws -> Int32 { throw absence(type) }
    func decode(_ type: Int64.Type) throws -> Int64 { throw absence(type) }
    func decode(_ type: UInt.Type) throws -> UInt { throw absence(type) }
    func decode(_ type: UInt8.Type) throws -> UInt8 { throw absence(type) }
    func decode(_ type: UInt16.Type) throws -> UInt16 { throw absence(type) }
    func decode(_ type: UInt32.Type) throws -> UInt32 { throw absence(type) }
    func decode(_ type: UInt64.Type) throws -> UInt64 { throw absence(type) }
    func decode<T: Decodable>(_ type: T.Type) throws -> T { try T(from: self) }

    private func absence(_ type: Any.Type) -> DecodingError {
        .valueNotFound(type, context("Cannot get value of type \(type) -- found null value instead"))
    }

    private func context(_ description: String) -> DecodingError.Context {
        DecodingError.Context(codingPath: codingPath, debugDescription: description)
    }
}
