/// A JSON object of strings (RFC 8259) that is written key by key, and read without a dictionary.
///
/// Every message is written and read twice on its way through a store and a transport.
struct AttributeObject {
    private var bytes: [UInt8] = []

    init() {
        // As much as the attributes of a command take.
        bytes.reserveCapacity(768)
        bytes.append(UInt8(ascii: "{"))
    }

    /// Adds a member, if there is a value.
    ///
    /// - Parameter key: A name without characters that JSON escapes; the keys come in their order.
    mutating func add(_ key: StaticString, _ value: String?) {
        guard let value else { return }
        if bytes.count > 1 { bytes.append(UInt8(ascii: ",")) }
        bytes.append(UInt8(ascii: "\""))
        key.withUTF8Buffer { bytes.append(contentsOf: $0) }
        bytes.append(UInt8(ascii: "\""))
        bytes.append(UInt8(ascii: ":"))
        AttributeText.append(value, to: &bytes)
    }

    /// The whole object.
    consuming func end() -> [UInt8] {
        bytes.append(UInt8(ascii: "}"))
        return bytes
    }

    /// Reads an object of strings that has no escapes and no spaces between its parts.
    ///
    /// - Parameter body: Takes a key and its value, as they stand; `false` ends the reading.
    /// - Returns: Whether it was such an object, and `body` took all of it. Keys and values may yet be no UTF-8.
    static func read(
        _ bytes: UnsafeBufferPointer<UInt8>,
        _ body: (_ key: UnsafeBufferPointer<UInt8>, _ value: UnsafeBufferPointer<UInt8>) -> Bool
    ) -> Bool {
        guard bytes.count >= 2, bytes[0] == UInt8(ascii: "{"), bytes[bytes.count - 1] == UInt8(ascii: "}") else {
            return false
        }
        var place = 1
        /// The string that begins here, and the byte after it.
        func string() -> UnsafeBufferPointer<UInt8>? {
            guard place < bytes.count, bytes[place] == UInt8(ascii: "\"") else { return nil }
            let start = place + 1
            var end = start
            while end < bytes.count, bytes[end] != UInt8(ascii: "\"") {
                if bytes[end] == UInt8(ascii: "\\") || bytes[end] < 0x20 { return nil }
                end += 1
            }
            guard end < bytes.count else { return nil }
            place = end + 1
            return UnsafeBufferPointer(rebasing: bytes[start..<end])
        }
        while true {
            guard let key = string(), place < bytes.count, bytes[place] == UInt8(ascii: ":") else { return false }
            place += 1
            guard let value = string(), body(key, value) else { return false }
            if place == bytes.count - 1 { return true }
            guard bytes[place] == UInt8(ascii: ",") else { return false }
            place += 1
        }
    }
}

extension UnsafeBufferPointer<UInt8> {
    /// Whether these are the bytes of a text.
    @inline(__always)
    func spells(_ text: StaticString) -> Bool {
        text.withUTF8Buffer { $0.count == count && $0.elementsEqual(self) }
    }
}
