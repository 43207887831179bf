/// A number in JSON's notation, taken apart: digits without leading or trailing zeros, times a power of ten.
struct DecimalNumber {
    private let text: String
    private let isNegative: Bool
    private let digits: [UInt8]
    private let exponent: Int

    /// Takes apart what the scanner has found to be a number.
    init(_ text: String) {
        self.text = text
        isNegative = text.utf8.first == UInt8(ascii: "-")
        let parts = text.split { $0 == "e" || $0 == "E" }
        let mantissa = parts.first ?? "0"
        let point = mantissa.firstIndex(of: ".") ?? mantissa.endIndex
        // An exponent too large for Int has the same effect as the largest that is not.
        let written = parts.count > 1 ? Int(parts[1]) ?? (parts[1].first == "-" ? -1 << 40 : 1 << 40) : 0
        let limited = min(max(written, -1 << 40), 1 << 40)
        var digits = mantissa.utf8.filter { $0 != UInt8(ascii: ".") && $0 != UInt8(ascii: "-") }
            .map { $0 - UInt8(ascii: "0") }
        var exponent = limited - max(0, mantissa[point...].utf8.count - 1)
        digits = Array(digits.drop { $0 == 0 })
        while digits.last == 0 {
            digits.removeLast()
            exponent += 1
        }
        self.digits = digits
        self.exponent = exponent
    }

    /// Whether the number is zero as it is written, not only by rounding.
    var isZero: Bool { digits.isEmpty }

    /// The number as an integer, or `nil` when the type does not hold it.
    ///
    /// Below 2^53 what counts is the nearest Double, as in Foundation's decoder; from there on the exact value.
    func integer<I: FixedWidthInteger>(_ type: I.Type) -> I? {
        guard let nearest = Double(text) else { return nil }
        if nearest.magnitude < 0x1p53 { return I(exactly: nearest) }
        guard exponent >= 0, exponent < 40 else { return nil }
        var value: I = 0
        for digit in digits + Array(repeating: 0, count: exponent) {
            let (product, tooLarge) = value.multipliedReportingOverflow(by: 10)
            // Toward the sign, so that the smallest number of a signed type is reached too.
            let (sum, overflow) =
                isNegative
                ? product.subtractingReportingOverflow(I(digit)) : product.addingReportingOverflow(I(digit))
            if tooLarge || overflow { return nil }
            value = sum
        }
        return value
    }
}
