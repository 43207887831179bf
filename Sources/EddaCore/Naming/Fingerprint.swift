/// A stable 64-bit hash of text.
///
/// FNV-1a (G. Fowler, L. C. Noll, K.-P. Vo, draft-eastlake-fnv).
package struct Fingerprint {
    package private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

    /// The hash of nothing.
    package init() {}

    /// Adds a field; the byte 0xFF, which no UTF-8 text holds, ends it.
    package mutating func add(_ field: String) {
        for byte in field.utf8 { add(byte) }
        add(0xFF)
    }

    private mutating func add(_ byte: UInt8) {
        value = (value ^ UInt64(byte)) &* 0x100_0000_01B3
    }

    /// 16 hexadecimal digits.
    package var text: String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    /// The hash with its bits mixed (the finaliser of SplitMix64), for use as jitter: FNV alone hardly moves its high
    /// bits when the last field is a counter.
    package var entropy: UInt64 {
        var bits = value
        bits = (bits ^ bits >> 30) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ bits >> 27) &* 0x94D0_49BB_1331_11EB
        return bits ^ bits >> 31
    }
}
