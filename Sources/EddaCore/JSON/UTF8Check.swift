/// Tells whether bytes are UTF-8 (RFC 3629, section 4).
enum UTF8Check {
    /// The place of the first byte that does not belong there, or `nil` when all do.
    static func fault(in bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) -> Int? {
        var place = range.lowerBound
        while place < range.upperBound {
            let first = bytes[place]
            if first < 0x80 {
                place += 1
                continue
            }
            // What may follow the first byte, by the table of the RFC; further bytes are 80 to BF.
            let count: Int
            let second: ClosedRange<UInt8>
            switch first {
            case 0xC2...0xDF: (count, second) = (2, 0x80...0xBF)
            case 0xE0: (count, second) = (3, 0xA0...0xBF)
            case 0xE1...0xEC, 0xEE...0xEF: (count, second) = (3, 0x80...0xBF)
            case 0xED: (count, second) = (3, 0x80...0x9F)
            case 0xF0: (count, second) = (4, 0x90...0xBF)
            case 0xF1...0xF3: (count, second) = (4, 0x80...0xBF)
            case 0xF4: (count, second) = (4, 0x80...0x8F)
            default: return place
            }
            guard place + count <= range.upperBound, second.contains(bytes[place + 1]) else { return place }
            for offset in 2..<max(count, 2) where bytes[place + offset] & 0xC0 != 0x80 { return place }
            place += count
        }
        return nil
    }
}
