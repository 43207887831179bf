/// Tells whether bytes are one JSON text (RFC 8259), by a second, slow and plain, reading of the grammar.
///
/// It allows what Foundation's decoder allows beyond it: a comma before a closing bracket.
struct JSONGrammar {
    private var rest: ArraySlice<UInt8>

    static func accepts(_ bytes: [UInt8]) -> Bool {
        guard String(validating: bytes, as: UTF8.self) != nil else { return false }
        var grammar = JSONGrammar(rest: bytes[...])
        return grammar.value(depth: 0) && grammar.rest.isEmpty
    }

    private mutating func value(depth: Int) -> Bool {
        space()
        defer { space() }
        switch rest.first {
        case UInt8(ascii: "{"): return depth < 512 && object(depth: depth)
        case UInt8(ascii: "["): return depth < 512 && array(depth: depth)
        case UInt8(ascii: "\""): return string()
        case UInt8(ascii: "t"): return word("true")
        case UInt8(ascii: "f"): return word("false")
        case UInt8(ascii: "n"): return word("null")
        default: return number()
        }
    }

    private mutating func object(depth: Int) -> Bool {
        members(until: "}") { grammar in
            guard grammar.string() else { return false }
            grammar.space()
            return grammar.take(":") && grammar.value(depth: depth + 1)
        }
    }

    private mutating func array(depth: Int) -> Bool {
        members(until: "]") { $0.value(depth: depth + 1) }
    }

    private mutating func members(until end: Unicode.Scalar, _ member: (inout JSONGrammar) -> Bool) -> Bool {
        rest.removeFirst()
        space()
        if take(end) { return true }
        repeat {
            guard member(&self) else { return false }
            guard take(",") else { return take(end) }
            space()
        } while !take(end)
        return true
    }

    private mutating func string() -> Bool {
        guard take("\"") else { return false }
        var lead = false
        while let byte = rest.popFirst() {
            var isLead = false
            switch byte {
            case UInt8(ascii: "\""): return !lead
            case 0..<0x20: return false
            case UInt8(ascii: "\\"):
                guard let escaped = rest.popFirst() else { return false }
                if escaped == UInt8(ascii: "u") {
                    let digits = rest.prefix(4)
                    guard digits.count == 4, digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
                        let unit = UInt16(String(decoding: digits, as: UTF8.self), radix: 16)
                    else { return false }
                    guard UTF16.isTrailSurrogate(unit) == lead else { return false }
                    isLead = UTF16.isLeadSurrogate(unit)
                    rest = rest.dropFirst(4)
                    lead = isLead
                    continue
                } else if !"\"\\/bfnrt".utf8.contains(escaped) {
                    return false
                }
            default: break
            }
            if lead { return false }
        }
        return false
    }

    private mutating func number() -> Bool {
        _ = take("-")
        if !take("0") { guard digits() else { return false } }
        if take("."), !digits() { return false }
        if take("e") || take("E") {
            if !take("+") { _ = take("-") }
            return digits()
        }
        return true
    }

    private mutating func digits() -> Bool {
        let before = rest.count
        rest = rest.drop { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        return rest.count < before
    }

    private mutating func word(_ word: String) -> Bool {
        guard rest.starts(with: word.utf8) else { return false }
        rest = rest.dropFirst(word.utf8.count)
        return true
    }

    private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard rest.first == UInt8(ascii: scalar) else { return false }
        rest.removeFirst()
        return true
    }

    private mutating func space() {
        rest = rest.drop { $0 == 0x20 || $0 == 0x0A || $0 == 0x0D || $0 == 0x09 }
    }
}
