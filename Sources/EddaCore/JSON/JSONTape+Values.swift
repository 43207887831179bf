#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

extension JSONTape {
    /// Decodes a value of any type.
    ///
    /// - Throws: `DecodingError`, or what the type's own `init(from:)` throws.
    func decode<T: Decodable>(_ type: T.Type, at index: Int) throws -> T {
        // What `Array` and the like ask for this way, and what JSON has its own form for.
        if type == String.self { return same(try string(at: index)) }
        if type == Int.self { return same(try integer(Int.self, at: index)) }
        if type == Date.self { return same(try date(at: index)) }
        if type == Timestamp.self { return same(try timestamp(at: index)) }
        if type == Data.self { return same(try data(at: index)) }
        if type == URL.self { return same(try url(at: index)) }
        if type == Decimal.self { return same(try decimal(at: index)) }
        if type == [String].self { return same(try elements(of: index) { try string(at: $0) }) }
        if type == [Int].self { return same(try elements(of: index) { try integer(Int.self, at: $0) }) }
        if type == [UInt8].self { return same(try elements(of: index) { try integer(UInt8.self, at: $0) }) }
        if type == [Double].self { return same(try elements(of: index) { try floatingPoint(Double.self, at: $0) }) }
        // A class may be asked for by the name of its superclass.
        return try type.init(from: JSONTapeDecoder(owner: owner, index: index))
    }

    /// The members of an object.
    ///
    /// - Throws: `DecodingError` when the value is none.
    @inline(__always)
    func object<Key: CodingKey>(keyedBy type: Key.Type, at index: Int) throws -> KeyedDecodingContainer<Key> {
        guard tokens[index].kind == .object else { throw absence([String: Any].self, at: index) }
        return content.pointee.containers.container(keyedBy: type, of: self, at: index)
    }

    /// The elements of an array.
    ///
    /// - Throws: `DecodingError` when the value is none.
    func array(at index: Int) throws -> JSONTapeArray {
        guard tokens[index].kind == .array else { throw absence([Any].self, at: index) }
        return JSONTapeArray(of: self, array: index)
    }

    /// A truth value.
    ///
    /// - Throws: `DecodingError.typeMismatch`, also for null.
    func bool(at index: Int) throws -> Bool {
        switch tokens[index].kind {
        case .true: true
        case .false: false
        default: throw mismatch(Bool.self, at: index)
        }
    }

    /// A string.
    ///
    /// - Throws: `DecodingError` when the value is none.
    @inline(__always)
    func string(at index: Int) throws -> String {
        let token = tokens[index]
        guard token.kind == .string else { throw absence(String.self, at: index) }
        return text(of: token)
    }

    private func elements<Element>(of index: Int, _ decode: (Int) throws -> Element) throws -> [Element] {
        let token = tokens[index]
        guard token.kind == .array else { throw absence([Any].self, at: index) }
        var elements: [Element] = []
        elements.reserveCapacity(Int(token.length))
        var place = index + 1
        for _ in 0..<token.length {
            elements.append(try decode(place))
            place = Int(tokens[place].next)
        }
        return elements
    }

    private func data(at index: Int) throws -> Data {
        let token = tokens[index]
        guard token.kind == .string else {
            throw token.kind == .null ? absence(Data.self, at: index) : mismatch(String.self, at: index)
        }
        guard let data = Data(base64Encoded: text(of: token)) else {
            throw corruption(at: index, "Encountered Data is not valid Base64.")
        }
        return data
    }

    private func url(at index: Int) throws -> URL {
        let token = tokens[index]
        guard token.kind == .string else {
            throw token.kind == .null ? absence(URL.self, at: index) : mismatch(String.self, at: index)
        }
        guard let url = URL(string: text(of: token)) else { throw corruption(at: index, "Invalid URL string.") }
        return url
    }

    private func decimal(at index: Int) throws -> Decimal {
        let token = tokens[index]
        guard token.kind == .integer || token.kind == .number else { throw absence(Decimal.self, at: index) }
        guard let decimal = Decimal(string: text(ofNumber: token)) else {
            throw unrepresentable(Decimal.self, at: index)
        }
        return decimal
    }

    private func timestamp(at index: Int) throws -> Timestamp {
        let token = tokens[index]
        guard token.kind == .string else { throw absence(String.self, at: index) }
        if token.traits.contains(.verbatim), let time = withContent(of: token, Timestamp.init(utf8:)) { return time }
        return try Timestamp(from: JSONTapeDecoder(owner: owner, index: index))
    }
}

/// A value as the type that it is known to have.
@inline(__always)
private func same<T, Same>(_ value: T) -> Same {
    precondition(T.self == Same.self)
    // Equal types have equal layouts; a cast by name would ask the runtime.
    return unsafeBitCast(value, to: Same.self)
}
