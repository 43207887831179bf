/// An array on a tape.
struct JSONTapeArray: UnkeyedDecodingContainer {
    /// Keeps the document in being, if the container is kept.
    private let owner: JSONTapeOwner
    private let array: Int32
    private var next: Int32
    private var taken: Int32 = 0
    private let length: Int32

    private var tape: JSONTape {
        @inline(__always) get { owner.tape }
    }

    init(of tape: JSONTape, array: Int) {
        owner = tape.owner
        self.array = Int32(truncatingIfNeeded: array)
        next = Int32(truncatingIfNeeded: array + 1)
        length = Int32(truncatingIfNeeded: tape.tokens[array].length)
    }

    var codingPath: [any CodingKey] { tape.path(to: Int(array)) }
    var count: Int? { Int(length) }
    var currentIndex: Int { Int(taken) }
    var isAtEnd: Bool { taken >= length }

    /// Decodes the next element, and goes on to the one behind it when that succeeds.
    @inline(__always)
    private mutating func element<T>(_ type: Any.Type, _ decode: (Int) throws -> T) throws -> T {
        guard taken < length else { throw atEnd(type) }
        let value = try decode(Int(next))
        advance()
        return value
    }

    /// The same, but `nil` for a null and at the end, which is counted too, as in Foundation's decoder.
    @inline(__always)
    private mutating func elementIfPresent<T>(_ decode: (Int) throws -> T) throws -> T? {
        guard taken < length else {
            taken &+= 1
            return nil
        }
        let value = tape.tokens[Int(next)].kind == .null ? nil : try decode(Int(next))
        advance()
        return value
    }

    @inline(__always)
    private mutating func advance() {
        next = Int32(truncatingIfNeeded: tape.tokens[Int(next)].next)
        taken += 1
    }

    @inline(never)
    private func atEnd(_ type: Any.Type) -> DecodingError {
        .valueNotFound(
            type,
            DecodingError.Context(
                codingPath: codingPath + [JSONPathKey(intValue: currentIndex)],
                debugDescription: "Unkeyed container is at end."
            )
        )
    }

    mutating func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type
    ) throws -> KeyedDecodingContainer<Nested> {
        try element(KeyedDecodingContainer<Nested>.self) { [tape] in try tape.object(keyedBy: type, at: $0) }
    }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
        try element((any UnkeyedDecodingContainer).self) { [tape] in try tape.array(at: $0) }
    }

    mutating func superDecoder() throws -> any Decoder {
        try element((any Decoder).self) { [tape] in JSONTapeDecoder(owner: tape.owner, index: $0) }
    }

    mutating func decodeNil() throws -> Bool {
        guard taken < length else { throw atEnd(Never.self) }
        guard tape.tokens[Int(next)].kind == .null else { return false }
        advance()
        return true
    }

    mutating func decode(_ type: Bool.Type) throws -> Bool {
        try element(type) { [tape] in try tape.bool(at: $0) }
    }
    mutating func decode(_ type: String.Type) throws -> String {
        try element(type) { [tape] in try tape.string(at: $0) }
    }
    mutating func decode(_ type: Double.Type) throws -> Double {
        try element(type) { [tape] in try tape.floatingPoint(type, at: $0) }
    }
    mutating func decode(_ type: Float.Type) throws -> Float {
        try element(type) { [tape] in try tape.floatingPoint(type, at: $0) }
    }
    mutating func decode(_ type: Int.Type) throws -> Int {
        try element(type) { [tape] in try tape.integer(type, at: $0) }
    }
    mutating func decode(_ type: Int8.Type) throws -> Int8 {
        try element(type) { [tape] in try tape.integer(type, at: $0) }
    }
    mutating func decode(_ type: Int16.Type) throws -> Int16 {
        try element(type) { [tape] in try tape.integer(type, at: $0) }
    }
    mutating func decode(_ type: Int32.Type) throws -> Int32 {
        try element(type) { [tape] in try tape.integer(type, at: $0) }
    }
    mutating func decode(_ type: Int64.Type) throws -> Int64 {
        try element(type) { [tape] in try tape.integer(type, at: $0) }
    }
    mutating func decode(_ type: Int128.Type) throws -> Int128 {
        try element(type) { [tape] in try tape.integer(type, at: $0) }
    }
    mutating func decode(_ type: UInt.Type) throws -> UInt {
        try element(type) { [tape] in try tape.integer(type, at: $0) }
    }
    mutating func decode(_ type: UInt8.Type) throws -> UInt8 {
        try element(type) { [tape] in try tape.integer(type, at: $0) }
    }
    mutating func decode(_ type: UInt16.Type) throws -> UInt16 {
        try element(type) { [tape] in try tape.integer(type, at: $0) }
    }
    mutating func decode(_ type: UInt32.Type) throws -> UInt32 {
        try element(type) { [tape] in try tape.integer(type, at: $0) }
    }
    mutating func decode(_ type: UInt64.Type) throws -> UInt64 {
        try element(type) { [tape] in try tape.integer(type, at: $0) }
    }
    mutating func decode(_ type: UInt128.Type) throws -> UInt128 {
        try element(type) { [tape] in try tape.integer(type, at: $0) }
    }
    mutating func decode<T: Decodable>(_ type: T.Type) throws -> T {
        try element(type) { [tape] in try tape.decode(type, at: $0) }
    }
}

extension JSONTapeArray {
    mutating func decodeIfPresent(_ type: Bool.Type) throws -> Bool? {
        try elementIfPresent { [tape] in try tape.bool(at: $0) }
    }
    mutating func decodeIfPresent(_ type: String.Type) throws -> String? {
        try elementIfPresent { [tape] in try tape.string(at: $0) }
    }
    mutating func decodeIfPresent(_ type: Double.Type) throws -> Double? {
        try elementIfPresent { [tape] in try tape.floatingPoint(type, at: $0) }
    }
    mutating func decodeIfPresent(_ type: Float.Type) throws -> Float? {
        try elementIfPresent { [tape] in try tape.floatingPoint(type, at: $0) }
    }
    mutating func decodeIfPresent(_ type: Int.Type) throws -> Int? {
        try elementIfPresent { [tape] in try tape.integer(type, at: $0) }
    }
    mutating func decodeIfPresent(_ type: Int8.Type) throws -> Int8? {
        try elementIfPresent { [tape] in try tape.integer(type, at: $0) }
    }
    mutating func decodeIfPresent(_ type: Int16.Type) throws -> Int16? {
        try elementIfPresent { [tape] in try tape.integer(type, at: $0) }
    }
    mutating func decodeIfPresent(_ type: Int32.Type) throws -> Int32? {
        try elementIfPresent { [tape] in try tape.integer(type, at: $0) }
    }
    mutating func decodeIfPresent(_ type: Int64.Type) throws -> Int64? {
        try elementIfPresent { [tape] in try tape.integer(type, at: $0) }
    }
    mutating func decodeIfPresent(_ type: Int128.Type) throws -> Int128? {
        try elementIfPresent { [tape] in try tape.integer(type, at: $0) }
    }
    mutating func decodeIfPresent(_ type: UInt.Type) throws -> UInt? {
        try elementIfPresent { [tape] in try tape.integer(type, at: $0) }
    }
    mutating func decodeIfPresent(_ type: UInt8.Type) throws -> UInt8? {
        try elementIfPresent { [tape] in try tape.integer(type, at: $0) }
    }
    mutating func decodeIfPresent(_ type: UInt16.Type) throws -> UInt16? {
        try elementIfPresent { [tape] in try tape.integer(type, at: $0) }
    }
    mutating func decodeIfPresent(_ type: UInt32.Type) throws -> UInt32? {
        try elementIfPresent { [tape] in try tape.integer(type, at: $0) }
    }
    mutating func decodeIfPresent(_ type: UInt64.Type) throws -> UInt64? {
        try elementIfPresent { [tape] in try tape.integer(type, at: $0) }
    }
    mutating func decodeIfPresent(_ type: UInt128.Type) throws -> UInt128? {
        try elementIfPresent { [tape] in try tape.integer(type, at: $0) }
    }
    mutating func decodeIfPresent<T: Decodable>(_ type: T.Type) throws -> T? {
        try elementIfPresent { [tape] in try tape.decode(type, at: $0) }
    }
}
