#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

extension JSONSheet {
    /// The bytes of a value.
    ///
    /// - Throws: `EncodingError`, or what the type's own `encode(to:)` throws.
    static func encode<T: Encodable>(_ value: T) throws -> [UInt8] {
        let sheet = JSONSheet()
        try sheet.encode(value, at: 0)
        if let fault = sheet.fault { throw EncodingError.invalidValue(value, fault) }
        if sheet.entries[0].kind == .empty {
            throw EncodingError.invalidValue(
                value,
                EncodingError.Context(
                    codingPath: [],
                    debugDescription: "Top-level \(T.self) did not encode any values."
                )
            )
        }
        return sheet.document()
    }

    /// Fills an entry with a value of any type.
    ///
    /// - Throws: `EncodingError`, or what the type's own `encode(to:)` throws.
    func encode<T: Encodable>(_ value: T, at entry: Int) throws {
        let type = T.self
        // What `Array` and the like ask for this way, and what JSON has its own form for.
        if type == String.self { return write(entry) { $0.write(quoted: same(value) as String) } }
        if type == Int.self { return write(entry) { $0.write(integer: same(value) as Int) } }
        if type == Timestamp.self {
            let time: Timestamp = same(value)
            guard time.hasNotation else { throw unrepresentable(time, at: entry) }
            return write(entry) { $0.write(time) }
        }
        if type == Date.self {
            let date: Date = same(value)
            guard let milliseconds = date.notatedMilliseconds else {
                // As a number: the description of such a date is a trap.
                throw unrepresentable(date.timeIntervalSinceReferenceDate, named: "Date", at: entry)
            }
            return write(entry) { $0.write(milliseconds: milliseconds) }
        }
        if type == UUID.self { return write(entry) { $0.write(quoted: (same(value) as UUID).uuidString) } }
        if type == Data.self {
            return write(entry) { ink in (same(value) as Data).withUnsafeBytes { ink.write(base64: $0) } }
        }
        if type == URL.self { return write(entry) { $0.write(quoted: (same(value) as URL).absoluteString) } }
        if type == Decimal.self {
            let decimal: Decimal = same(value)
            guard !decimal.isNaN else { throw unrepresentable(decimal, at: entry) }
            return write(entry) { $0.write(plain: decimal.description) }
        }
        if type == [String].self { return write(entry, list: same(value) as [String]) { $0.write(quoted: $1) } }
        if type == [Int].self { return write(entry, list: same(value) as [Int]) { $0.write(integer: $1) } }
        if type == [UInt8].self { return write(entry, list: same(value) as [UInt8]) { $0.write(integer: $1) } }
        if type == [Double].self {
            let numbers: [Double] = same(value)
            if let number = numbers.first(where: { !$0.isFinite }) { throw unrepresentable(number, at: entry) }
            return write(entry, list: numbers) { $0.write($1) }
        }
        if let fault { throw EncodingError.invalidValue(value, fault) }
        try value.encode(to: JSONSheetEncoder(sheet: self, entry: entry, type: type))
    }

    /// Fills an entry with a number.
    ///
    /// - Throws: `EncodingError.invalidValue` for what JSON has no notation for.
    func encode(_ value: Double, at entry: Int) throws {
        guard value.isFinite else { throw unrepresentable(value, at: entry) }
        write(entry) { $0.write(value) }
    }

    /// Fills an entry with a number.
    ///
    /// - Throws: `EncodingError.invalidValue` for what JSON has no notation for.
    func encode(_ value: Float, at entry: Int) throws {
        guard value.isFinite else { throw unrepresentable(value, at: entry) }
        write(entry) { $0.write(value) }
    }

    /// Fills an entry with a value; one that encodes nothing is an empty object.
    @inline(__always)
    func encodeWhole<T: Encodable>(_ value: T, at entry: Int) throws {
        try encode(value, at: entry)
        if entries[entry].kind == .empty { open(entry, as: .object) }
    }

    @inline(__always)
    private func write<Element>(_ entry: Int, list: [Element], _ body: (borrowing JSONInk, Element) -> Void) {
        write(entry) { ink in
            ink.write(UInt8(ascii: "["))
            var isFirst = true
            for element in list {
                if !isFirst { ink.write(UInt8(ascii: ",")) }
                isFirst = false
                body(ink, element)
            }
            ink.write(UInt8(ascii: "]"))
        }
    }

    @inline(never)
    private func unrepresentable<F>(_ value: F, named name: String = "\(F.self)", at entry: Int) -> EncodingError {
        .invalidValue(
            value,
            EncodingError.Context(
                codingPath: path(to: entry),
                debugDescription: "Unable to encode \(name).\(value) directly in JSON."
            )
        )
    }
}

/// A value as the type that it is known to have.
@inline(__always)
private func same<T, Same>(_ value: T) -> Same {
    precondition(T.self == Same.self)
    // Equal types have equal layouts; a cast by name would ask the runtime.
    return unsafeBitCast(value, to: Same.self)
}
