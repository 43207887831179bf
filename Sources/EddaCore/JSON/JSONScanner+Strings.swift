extension JSONScanner {
    /// Reads a string, the quote at the present place included, and writes it down.
    @inline(__always)
    mutating func string() throws(JSONFault) -> JSONToken.Traits {
        place += 1
        let start = place
        var isASCII = true
        try Self.skipToStop(input, &place, &isASCII)
        if input[place] == UInt8(ascii: "\""), isASCII {
            append(.string, [.verbatim, .plain], start: start, length: place - start)
            place += 1
            return [.verbatim, .plain]
        }
        let (end, traits) = try Self.unusualString(input, from: start, place, isASCII: isASCII)
        append(.string, traits, start: start, length: end - start)
        place = end + 1
        return traits
    }

    /// Reads on in a string in which there is more than ASCII without escapes; yields the place of the closing quote.
    @inline(never)
    private static func unusualString(
        _ input: UnsafeBufferPointer<UInt8>,
        from start: Int,
        _ place: Int,
        isASCII: Bool
    ) throws(JSONFault) -> (Int, JSONToken.Traits) {
        var (place, isASCII, traits) = (place, isASCII, JSONToken.Traits.verbatim)
        while input[place] == UInt8(ascii: "\\") {
            traits = []
            try skipEscape(input, &place)
            try skipToStop(input, &place, &isASCII)
        }
        if !isASCII, let fault = UTF8Check.fault(in: input, start..<place) {
            throw JSONFault(reason: .invalidUTF8, offset: fault)
        }
        return (place, traits)
    }

    /// Goes to the next quote or backslash; eight bytes at a time, where there are as many.
    @inline(__always)
    private static func skipToStop(
        _ input: UnsafeBufferPointer<UInt8>,
        _ place: inout Int,
        _ isASCII: inout Bool
    ) throws(JSONFault) {
        let each: UInt64 = 0x0101_0101_0101_0101
        let high = each &* 0x80
        var seen: UInt64 = 0
        while true {
            let word = UInt64(
                littleEndian: UnsafeRawPointer(input.baseAddress.unsafelyUnwrapped + place).loadUnaligned(
                    as: UInt64.self
                )
            )
            // A byte of zero is found by the borrow of a subtraction, exactly up to the first one found.
            let quote = word ^ (each &* UInt64(UInt8(ascii: "\"")))
            let backslash = word ^ (each &* UInt64(UInt8(ascii: "\\")))
            let stops =
                (((quote &- each) & ~quote) | ((backslash &- each) & ~backslash) | ((word &- each &* 0x20) & ~word))
                & high
            guard stops == 0 else {
                let count = stops.trailingZeroBitCount / 8
                seen |= word & ((1 << UInt64(count * 8)) &- 1)
                place += count
                if seen & high != 0 { isASCII = false }
                // The zeros behind the input stop it too.
                guard place < input.count else { throw JSONFault(reason: .end, offset: input.count) }
                guard input[place] >= 0x20 else { throw JSONFault(reason: .control, offset: place) }
                return
            }
            seen |= word
            place += 8
        }
    }

    /// Reads what stands at a backslash.
    private static func skipEscape(_ input: UnsafeBufferPointer<UInt8>, _ place: inout Int) throws(JSONFault) {
        guard input.count - place >= 2 else { throw JSONFault(reason: .end, offset: place) }
        switch input[place + 1] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            place += 2
        case UInt8(ascii: "u"):
            let unit = try codeUnit(input, place)
            place += 6
            guard UTF16.isLeadSurrogate(unit) || UTF16.isTrailSurrogate(unit) else { return }
            // A character beyond U+FFFF is written as two halves (RFC 8259, section 7).
            guard UTF16.isLeadSurrogate(unit), input.count - place >= 2, input[place] == UInt8(ascii: "\\"),
                input[place + 1] == UInt8(ascii: "u"), UTF16.isTrailSurrogate(try codeUnit(input, place))
            else { throw JSONFault(reason: .surrogate, offset: place) }
            place += 6
        default:
            throw JSONFault(reason: .escape, offset: place + 1)
        }
    }

    /// The four hexadecimal digits of the escape at the present place.
    private static func codeUnit(_ input: UnsafeBufferPointer<UInt8>, _ place: Int) throws(JSONFault) -> UInt16 {
        guard input.count - place >= 6 else { throw JSONFault(reason: .end, offset: place) }
        guard let unit = JSONEscape.codeUnit(input, at: place + 2) else {
            throw JSONFault(reason: .escape, offset: place + 2)
        }
        return unit
    }
}
