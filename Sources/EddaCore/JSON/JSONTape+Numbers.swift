extension JSONTape {
    /// The integer at a token.
    ///
    /// `1.0` and `1e3` are integers too; see ``JSONCodec`` for where that ends.
    ///
    /// - Throws: `DecodingError` when there is no number, or none that the type holds.
    @inline(__always)
    func integer<I: FixedWidthInteger>(_ type: I.Type, at index: Int) throws -> I {
        let token = tokens[index]
        guard token.kind == .integer, token.length <= 18 else { return try longInteger(type, at: index) }
        var value: Int64 = 0
        var isNegative = false
        withContent(of: token) { digits in
            for digit in digits {
                // Only the first byte can be a sign.
                if digit == UInt8(ascii: "-") {
                    isNegative = true
                } else {
                    value = value &* 10 &+ Int64(digit &- UInt8(ascii: "0"))
                }
            }
        }
        if isNegative { value = 0 &- value }
        guard let integer = I(exactly: value) else { throw unrepresentable(type, at: index) }
        return integer
    }

    @inline(never)
    private func longInteger<I: FixedWidthInteger>(_ type: I.Type, at index: Int) throws -> I {
        let token = tokens[index]
        let integer: I?
        switch token.kind {
        case .integer: integer = I(text(ofNumber: token))
        case .number: integer = DecimalNumber(text(ofNumber: token)).integer(type)
        default: throw absence(type, at: index)
        }
        guard let integer else { throw unrepresentable(type, at: index) }
        return integer
    }

    /// The nearest number of a binary type.
    ///
    /// - Throws: `DecodingError` when there is no number, or when it would become infinite or wrongly zero.
    func floatingPoint<F: BinaryFloatingPoint & LosslessStringConvertible>(_ type: F.Type, at index: Int) throws -> F {
        let token = tokens[index]
        guard token.kind == .integer || token.kind == .number else { throw absence(type, at: index) }
        if let exact: F = withContent(of: token, shortNumber) { return exact }
        let text = text(ofNumber: token)
        guard let number = F(text), number.isFinite, number != 0 || DecimalNumber(text).isZero else {
            throw unrepresentable(type, at: index)
        }
        return number
    }

    /// The bytes of a number as text: digits, sign, point and `e`, as the scanner has checked.
    func text(ofNumber token: JSONToken) -> String {
        withContent(of: token) { String(decoding: $0, as: UTF8.self) }
    }

    /// The error for a number that a type does not hold.
    func unrepresentable(_ type: Any.Type, at index: Int) -> DecodingError {
        corruption(at: index, "The number \(text(ofNumber: tokens[index])) is not representable as \(type).")
    }
}

/// A number whose digits and power of ten are both exact in the type, so that one rounding gives the nearest
/// (Clinger, "How to read floating point numbers accurately", 1990).
private func shortNumber<F: BinaryFloatingPoint>(_ text: UnsafeBufferPointer<UInt8>) -> F? {
    guard text.count <= 18 else { return nil }
    var digits: UInt64 = 0
    var scale = 0
    var isFraction = false
    for byte in text {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"):
            digits = digits * 10 + UInt64(byte - UInt8(ascii: "0"))
            if isFraction { scale += 1 }
        case UInt8(ascii: "."): isFraction = true
        case UInt8(ascii: "-"): continue
        default: return nil
        }
    }
    // Ten to the eighth is exact in a Float, ten to the eighteenth in a Double.
    guard digits < 1 << UInt64(F.significandBitCount), scale <= (F.significandBitCount > 30 ? 18 : 8) else {
        return nil
    }
    let magnitude = F(digits) / F(powersOfTen[scale])
    return text.first == UInt8(ascii: "-") ? -magnitude : magnitude
}

private let powersOfTen: [UInt64] = (0...18).map { (0..<$0).reduce(1) { power, _ in power * 10 } }
