import EddaTesting

/// What kind of value a document is to have at a place.
indirect enum Shape: Sendable {
    case string, integer, number, bool, null, date, time, data, url, uuid, word, byte, any
    case array(Shape)
    case map(Shape)
    case integerMap(Shape)
    case object([(key: String, value: Shape)])
    case choice([Shape])
}

/// Writes random JSON of a shape, in every notation that the grammar has, and damages it.
struct JSONWriter {
    private var random: SeededGenerator
    private var text: [UInt8] = []

    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    /// A document that mostly fits the shape.
    mutating func document(_ shape: Shape) -> [UInt8] {
        text = []
        write(shape, depth: 0)
        if random.chance(0.02) { text.insert(contentsOf: [0xEF, 0xBB, 0xBF], at: 0) }
        return text
    }

    /// The document with a few bytes changed, or with something hostile in it.
    mutating func damage(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<Int.random(in: 1...3, using: &random) {
            guard !bytes.isEmpty else { return bytes }
            let place = Int.random(in: 0..<bytes.count, using: &random)
            switch Int.random(in: 0..<7, using: &random) {
            case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
            case 1: bytes[place] ^= 1 << UInt8.random(in: 0...7, using: &random)
            case 2: bytes.removeSubrange(place...)
            case 3: bytes.remove(at: place)
            case 4: bytes.insert(contentsOf: Self.hostile.randomElement(using: &random) ?? [], at: place)
            case 5:
                let end = min(bytes.count, place + Int.random(in: 1...12, using: &random))
                bytes.insert(contentsOf: bytes[place..<end], at: place)
            default: bytes.replaceSubrange(place...place, with: Self.structure.randomElement(using: &random) ?? [])
            }
        }
        return bytes
    }

    private static let structure = "{}[],:\"\\0-+.eE \n\ttfnu/".utf8.map { [$0] }
    private static let hostile: [[UInt8]] =
        [
            "\\ud800", "\\udc00", "\\ud83d\\ude00", "\\ud83d\\u0041", "\\u0000", "\\x", "\\u12g4", "1e999", "-1e-999",
            "1.", ".5", "01", "-", "+1", "1e", "1e+", "0x10", "NaN", "Infinity", "-0", "-0.0", ",", ",,", "nul",
            "truee",
            "//", "/**/", "'", "[[[[", "}}", "9223372036854775808", "1E400", "\u{FEFF}", "\u{2028}", "\"\"", "null",
        ].map { Array($0.utf8) } + [
            [0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE2, 0x82], [0x80], [0], [0x1F],
            [0x7F],
        ]

    private mutating func write(_ shape: Shape, depth: Int) {
        space()
        defer { space() }
        if random.chance(0.02) {
            return write(literal: depth > 3 ? "null" : random.chance(0.5) ? "null" : "{\"a\":[1]}")
        }
        switch random.chance(0.01) && depth < 4 ? .any : shape {
        case .string: string(randomText())
        case .integer: write(literal: integer())
        case .number: write(literal: number())
        case .bool: write(literal: random.chance(0.5) ? "true" : "false")
        case .null: write(literal: "null")
        case .byte: write(literal: "\(Int.random(in: -2...258, using: &random))")
        case .date: string(date())
        case .time: string(pick(["2026-11-21T08:15:30.123456Z", "2026-02-29T00:00:00Z", "2024-02-29T23:59:59.5Z"]))
        case .data: string(pick(["", "AQL/", "AQ==", "AQ=", "A QL/", "_w==", "AQI=\n", "////"]))
        case .url:
            string(pick(["https://example.org/a?b=c#d", "", "a b", "http://[::1]/", "http://ex ample", "mailto:a@b"]))
        case .uuid: string(pick(["E621E1F8-C36C-495A-93FC-0C247A3E6E5F", "e621e1f8-c36c-495a-93fc-0c247a3e6e5f", "x"]))
        case .word: string(pick(["web", "shop", "web", "Web", "order-1042"]))
        case .array(let element):
            list("[", "]", count: Int.random(in: 0...5, using: &random)) { $0.write(element, depth: depth + 1) }
        case .map(let value):
            list("{", "}", count: Int.random(in: 0...5, using: &random)) { writer in
                writer.member(writer.randomText(), value, depth)
            }
        case .integerMap(let value):
            list("{", "}", count: Int.random(in: 0...5, using: &random)) { writer in
                writer.member(writer.random.chance(0.95) ? writer.integer() : "a", value, depth)
            }
        case .object(var members):
            if random.chance(0.4) { members.sort { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) } }
            if random.chance(0.1) { members.shuffle(using: &random) }
            members.removeAll { _ in random.chance(0.06) }
            if random.chance(0.06), let again = members.randomElement(using: &random) { members.append(again) }
            if random.chance(0.1) {
                members.insert((randomText(), .any), at: Int.random(in: 0...members.count, using: &random))
            }
            list("{", "}", count: members.count) { $0.member(members.removeFirst(), depth) }
        case .choice(let shapes): write(shapes.randomElement(using: &random) ?? .null, depth: depth)
        case .any: any(depth: depth)
        }
    }

    private mutating func any(depth: Int) {
        let kinds: [Shape] = [.string, .integer, .number, .bool, .null, .date, .array(.any), .map(.any)]
        write(kinds[Int.random(in: 0..<(depth > 4 ? 6 : 8), using: &random)], depth: depth + 1)
    }

    private mutating func member(_ member: (key: String, value: Shape), _ depth: Int) {
        self.member(member.key, member.value, depth)
    }

    private mutating func member(_ key: String, _ value: Shape, _ depth: Int) {
        space()
        string(key)
        space()
        write(literal: ":")
        write(value, depth: depth + 1)
    }

    private mutating func list(_ start: String, _ end: String, count: Int, _ element: (inout JSONWriter) -> Void) {
        write(literal: start)
        space()
        for index in 0..<count {
            if index > 0 { write(literal: ",") }
            element(&self)
        }
        if random.chance(0.01) { write(literal: ",") }
        space()
        write(literal: end)
    }

    private mutating func space() {
        while random.chance(0.06) { write(literal: pick([" ", "\n", "\t", "\r\n", "   "])) }
    }

    private mutating func write(literal: String) { text += Array(literal.utf8) }

    private mutating func pick(_ texts: [String]) -> String { texts.randomElement(using: &random) ?? "" }

    private mutating func integer() -> String {
        switch Int.random(in: 0..<6, using: &random) {
        case 0...2: "\(Int.random(in: -300...300, using: &random))"
        case 3: "\(Int64.random(in: .min ... .max, using: &random))"
        case 4:
            pick([
                "0", "-0", "127", "128", "-128", "-129", "255", "256", "65535", "65536", "2147483647", "-2147483649",
                "9223372036854775807", "9223372036854775808", "-9223372036854775808", "-9223372036854775809",
                "18446744073709551615", "18446744073709551616", "9007199254740993", "999999999999999999",
                "170141183460469231731687303715884105727", "340282366920938463463374607431768211455",
                "340282366920938463463374607431768211456", "1.0", "1e3", "10e-1", "2.50e1", "1.5", "1e18", "1E+2",
                "123456789012345678901234567890",
            ])
        default: "\(UInt64.random(in: .min ... .max, using: &random) >> UInt64.random(in: 0...63, using: &random))"
        }
    }

    private mutating func number() -> String {
        switch Int.random(in: 0..<6, using: &random) {
        case 0: integer()
        case 1: "\(Double.random(in: -1000...1000, using: &random))"
        case 2: "\(Float.random(in: -1000...1000, using: &random))"
        case 3:
            pick([
                "0.1", "-0.0", "0e10", "0.000", "1e-5", "1.7976931348623157e308", "1.7976931348623159e308", "4.9e-324",
                "2.4e-324", "1e400", "1e-400", "3.4028235e38", "3.5e38", "1e-46", "0.30000000000000004", "1e22", "1e23",
                "9007199254740993", "123456789.123456789", "8.5070591730234615847e37", "1E5", "5e-1",
                "0.1e1", "1.0000000000000001", "179769313486231580793728971405301e276", "16777217",
                "0.1234567890123456789",
            ])
        case 4: "\(Double(bitPattern: UInt64.random(in: 0..<0x7FF0_0000_0000_0000, using: &random)))"
        default:
            "\(Int.random(in: -99_999...99_999, using: &random)).\(Int.random(in: 0...999_999, using: &random))"
                + (random.chance(0.3) ? "e\(Int.random(in: -330...330, using: &random))" : "")
        }
    }

    private mutating func date() -> String {
        let second = Int.random(in: 0...62, using: &random)
        let day = Int.random(in: 1...32, using: &random)
        let year =
            random.chance(0.9) ? Int.random(in: 1900...2100, using: &random) : Int.random(in: 1...9999, using: &random)
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let date =
            String(repeating: "0", count: 4 - "\(year)".count)
            + "\(year)-\(two(Int.random(in: 1...12, using: &random)))"
        let fraction = pick(["", ".\(Int.random(in: 0...999, using: &random))", ".123456", ".1234567", ".000001", "."])
        let zone = random.chance(0.9) ? "Z" : pick(["+02:00", "-0130", "", "z", "+00", " "])
        return "\(date)-\(two(day))T\(two(second % 25)):\(two(second)):\(two(second / 2))\(fraction)\(zone)"
    }

    private mutating func randomText() -> String {
        let alphabet: [Unicode.Scalar] = [
            "a", "b", "Z", "0", " ", "\"", "\\", "/", "\n", "\t", "\u{0}", "\u{1F}", "\u{7F}", "\u{80}", "é",
            "e\u{301}",
            "\u{301}", "\u{212A}", "K", "\u{2028}", "€", "\u{FFFD}", "\u{FFFF}", "𝄞", "😀", "\u{10FFFF}", "{", ",",
            "\u{FEFF}",
        ].flatMap { ($0 as String).unicodeScalars }
        if random.chance(0.6) {
            return pick(["a", "customer-1042", "EUR", "id", "a longer text without anything in it"])
        }
        var text = String.UnicodeScalarView()
        for _ in 0..<Int.random(in: 0...20, using: &random) {
            text.append(alphabet.randomElement(using: &random) ?? "a")
        }
        return String(text)
    }

    /// Writes a string, each character in one of the ways in which it can be written.
    private mutating func string(_ string: String) {
        let escapesMuch = random.chance(0.1)
        write(literal: "\"")
        for scalar in string.unicodeScalars {
            let mustEscape = scalar.value < 0x20 || scalar == "\"" || scalar == "\\"
            guard mustEscape || (escapesMuch && random.chance(0.5)) else {
                write(literal: String(scalar))
                continue
            }
            let short: [Unicode.Scalar: String] = [
                "\"": "\\\"", "\\": "\\\\", "/": "\\/", "\n": "\\n", "\t": "\\t", "\r": "\\r", "\u{8}": "\\b",
                "\u{C}": "\\f",
            ]
            if let escape = short[scalar], random.chance(0.7) {
                write(literal: escape)
                continue
            }
            for unit in UTF16.encode(scalar) ?? UTF16.encodedReplacementCharacter {
                let digits = String(unit, radix: 16, uppercase: random.chance(0.5))
                write(literal: "\\u" + String(repeating: "0", count: 4 - digits.count) + digits)
            }
        }
        write(literal: "\"")
    }
}
