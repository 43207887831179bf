extension JSONScanner {
    /// Reads a number and writes it down.
    @inline(__always)
    mutating func number() throws(JSONFault) {
        let start = place
        if input[place] == UInt8(ascii: "-") { place += 1 }
        if place < input.count, input[place] == UInt8(ascii: "0") {
            place += 1
        } else {
            try digits()
        }
        var kind: JSONToken.Kind = .integer
        if place < input.count, input[place] == UInt8(ascii: ".") {
            kind = .number
            place += 1
            try digits()
        }
        if place < input.count, input[place] | 0x20 == UInt8(ascii: "e") {
            kind = .number
            place += 1
            if place < input.count, input[place] == UInt8(ascii: "+") || input[place] == UInt8(ascii: "-") {
                place += 1
            }
            try digits()
        }
        append(kind, [], start: start, length: place - start)
    }

    /// Passes over one digit or more.
    @inline(__always)
    private mutating func digits() throws(JSONFault) {
        let start = place
        while place < input.count, input[place] &- UInt8(ascii: "0") < 10 { place += 1 }
        guard place > start else { throw fault(place < input.count ? .number : .end) }
    }
}
