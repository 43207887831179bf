/// What the escapes in JSON strings stand for.
enum JSONEscape {
    /// The number that four hexadecimal digits are, or `nil` when they are none.
    static func codeUnit(_ bytes: UnsafeBufferPointer<UInt8>, at place: Int) -> UInt16? {
        var unit: UInt16 = 0
        for byte in bytes[place..<place + 4] {
            let digit: UInt8
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
            default: return nil
            }
            unit = unit << 4 | UInt16(digit)
        }
        return unit
    }

    /// The text of a string with escapes, which the scanner has found to be well formed.
    static func text(_ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) -> String {
        // No escape is shorter than the UTF-8 of what it stands for.
        String(unsafeUninitializedCapacity: range.count) { text in
            var place = range.lowerBound
            var count = 0
            while place < range.upperBound {
                let byte = bytes[place]
                guard byte == UInt8(ascii: "\\") else {
                    text[count] = byte
                    count += 1
                    place += 1
                    continue
                }
                let (scalar, length) = scalar(bytes, at: place)
                place += length
                for unit in UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter {
                    text[count] = unit
                    count += 1
                }
            }
            return count
        }
    }

    /// The character that the escape at `place` stands for, and the length of the escape.
    private static func scalar(_ bytes: UnsafeBufferPointer<UInt8>, at place: Int) -> (Unicode.Scalar, Int) {
        switch bytes[place + 1] {
        case UInt8(ascii: "b"): return ("\u{8}", 2)
        case UInt8(ascii: "f"): return ("\u{C}", 2)
        case UInt8(ascii: "n"): return ("\n", 2)
        case UInt8(ascii: "r"): return ("\r", 2)
        case UInt8(ascii: "t"): return ("\t", 2)
        case UInt8(ascii: "u"):
            guard let unit = codeUnit(bytes, at: place + 2) else { return ("\u{FFFD}", 6) }
            if let scalar = Unicode.Scalar(unit) { return (scalar, 6) }
            guard let low = codeUnit(bytes, at: place + 8) else { return ("\u{FFFD}", 6) }
            return (UTF16.decode(UTF16.EncodedScalar([unit, low])), 12)
        case let byte: return (Unicode.Scalar(byte), 2)
        }
    }
}
