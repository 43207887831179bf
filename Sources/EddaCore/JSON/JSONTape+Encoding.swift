#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

extension JSONTape {
    /// Reads a document in UTF-8, UTF-16 or UTF-32, with or without a byte order mark, and decodes it.
    ///
    /// - Throws: `DecodingError`, or what the type's own `init(from:)` throws.
    static func decode<T: Decodable>(_ type: T.Type, from bytes: UnsafeBufferPointer<UInt8>) throws -> T {
        // JSON in UTF-8 starts with an ASCII character, and none of its first bytes is zero.
        guard bytes.prefix(4).allSatisfy({ $0 > 0 && $0 < 0xEF }) else {
            return try utf8(Array(bytes)).withUnsafeBufferPointer { try decode(type, fromUTF8: $0) }
        }
        return try decode(type, fromUTF8: bytes)
    }

    @inline(__always)
    private static func decode<T: Decodable>(
        _ type: T.Type,
        fromUTF8 bytes: UnsafeBufferPointer<UInt8>
    ) throws -> T {
        var owner: JSONTapeOwner? = JSONTapeOwner.take()
        defer { JSONTapeOwner.giveBack(&owner) }
        let tape: JSONTape
        do throws(JSONFault) {
            tape = try JSONTapeOwner.read(bytes, as: ObjectIdentifier(type), by: owner)
        } catch {
            throw error.decodingError
        }
        return try tape.decode(type, at: 0)
    }

    /// The document in UTF-8.
    ///
    /// What it is in is told by a mark, or by where the zeros are (RFC 4627, section 3).
    ///
    /// - Throws: `DecodingError`.
    private static func utf8(_ bytes: [UInt8]) throws -> [UInt8] {
        let start = bytes.prefix(4)
        let zeros = start.map { $0 == 0 }
        let (encoding, mark): (String.Encoding, Int) =
            if start == [0, 0, 0xFE, 0xFF] {
                (.utf32BigEndian, 4)
            } else if start == [0xFE, 0xFF, 0, 0] {
                (.utf32LittleEndian, 4)
            } else if start.starts(with: [0xFE, 0xFF]) {
                (.utf16BigEndian, 2)
            } else if start.starts(with: [0xFF, 0xFE]) {
                (.utf16LittleEndian, 2)
            } else if start.starts(with: [0xEF, 0xBB, 0xBF]) {
                (.utf8, 3)
            } else if zeros == [true, true, true, false] {
                (.utf32BigEndian, 0)
            } else if zeros == [false, true, true, true] {
                (.utf32LittleEndian, 0)
            } else if zeros == [true, false, true, false] || zeros == [true, false] {
                (.utf16BigEndian, 0)
            } else if zeros == [false, true, false, true] || zeros == [false, true] {
                (.utf16LittleEndian, 0)
            } else {
                (.utf8, 0)
            }
        let rest = bytes.dropFirst(mark)
        if encoding == .utf8 { return Array(rest) }
        guard let text = String(bytes: rest, encoding: encoding) else {
            throw JSONFault(reason: .encoding, offset: 0).decodingError
        }
        return Array(text.utf8)
    }
}
