extension JSONInk {
    /// Writes an integer in decimal.
    @inline(__always)
    func write<I: FixedWidthInteger>(integer: I) {
        guard let value = Int64(exactly: integer) else { return write(plain: integer.description) }
        write(value)
    }

    /// Writes an integer in decimal.
    func write(_ value: Int64) {
        write(atMost: 20) { target in
            var place = target
            var rest = value.magnitude
            if value < 0 {
                place.pointee = UInt8(ascii: "-")
                place += 1
            }
            var count = 1
            var bound: UInt64 = 10
            while rest >= bound {
                count += 1
                if count == 20 { break }
                bound &*= 10
            }
            var index = count - 1
            while index > 0 {
                let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
                place[index] = UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: digit)
                rest = quotient
                index -= 1
            }
            place[0] = UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: rest)
            return place - target + count
        }
    }

    /// Writes as many decimal digits of a number as asked for.
    @inline(__always)
    func write(digits: Int, of value: Int64) {
        write(atMost: digits) { target in
            var rest = UInt64(bitPattern: value)
            for place in stride(from: digits - 1, through: 0, by: -1) {
                target[place] = UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: rest % 10)
                rest /= 10
            }
            return digits
        }
    }

    /// Writes a finite number in the shortest form that reads back as the same.
    func write(_ value: Double) {
        // Beyond these the description has an exponent.
        if value.magnitude < 0x1p53, let integer = Int64(exactly: value), integer != 0 || value.sign == .plus {
            return write(integer)
        }
        write(description: value.description)
    }

    /// Writes a finite number in the shortest form that reads back as the same.
    func write(_ value: Float) {
        if value.magnitude < 0x1p24, let integer = Int64(exactly: value), integer != 0 || value.sign == .plus {
            return write(integer)
        }
        write(description: value.description)
    }

    /// Writes Swift's description of a number, in which only an integer has a needless fraction.
    private func write(description: String) {
        var description = description
        description.withUTF8 { digits in
            let isInteger =
                digits.count > 2 && digits[digits.count - 1] == UInt8(ascii: "0")
                && digits[digits.count - 2] == UInt8(ascii: ".")
            write(verbatim: UnsafeBufferPointer(rebasing: digits.dropLast(isInteger ? 2 : 0)))
        }
    }

    /// Writes bytes in Base64 (RFC 4648, section 4), in quotes.
    func write(base64 bytes: UnsafeRawBufferPointer) {
        let alphabet: StaticString = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
        let letters = alphabet.utf8Start
        write(atMost: (bytes.count + 2) / 3 * 4 + 2) { target in
            var place = target
            place.pointee = UInt8(ascii: "\"")
            place += 1
            var index = 0
            while index < bytes.count {
                let count = min(3, bytes.count - index)
                var group: UInt32 = 0
                for offset in 0..<3 { group = group << 8 | (offset < count ? UInt32(bytes[index + offset]) : 0) }
                for offset in 0..<4 {
                    place.pointee =
                        offset > count ? UInt8(ascii: "=") : letters[Int(group >> UInt32(18 - offset * 6) & 0x3F)]
                    place += 1
                }
                index += 3
            }
            place.pointee = UInt8(ascii: "\"")
            return place - target + 1
        }
    }
}
