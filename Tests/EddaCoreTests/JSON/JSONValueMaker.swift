import EddaCore
import EddaTesting
import Foundation

/// Makes random values of the types that the encoders are compared with.
struct JSONValueMaker {
    private var random: SeededGenerator

    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    mutating func chance(_ probability: Double) -> Bool { random.chance(probability) }

    mutating func count(_ most: Int) -> Int { Int.random(in: 0...most, using: &random) }

    mutating func maybe<T>(_ make: (inout JSONValueMaker) -> T) -> T? { chance(0.4) ? nil : make(&self) }

    mutating func list<T>(_ most: Int, _ make: (inout JSONValueMaker) -> T) -> [T] {
        (0..<count(most)).map { _ in make(&self) }
    }

    mutating func pick<T>(_ values: [T]) -> T { values[Int.random(in: 0..<values.count, using: &random)] }

    /// Any integer of a type, its ends and zero more often than others.
    mutating func integer<I: FixedWidthInteger>(_ type: I.Type) -> I {
        switch count(5) {
        case 0: pick([I.min, I.max, 0, 1, I.max - 1, I.min + 1])
        case 1...3: I(clamping: Int.random(in: -1_000...1_000, using: &random))
        default:
            I(truncatingIfNeeded: UInt128(random.next()) << 64 | UInt128(random.next())) >> I(count(I.bitWidth - 1))
        }
    }

    /// Any finite number.
    mutating func double() -> Double {
        switch count(6) {
        case 0:
            return pick([
                0, -0.0, 1, -1, 0.1, 1e300, -1e-300, 1e15, 1e16, 1e17, 0x1p53, 0x1p54, 0x1p53 - 1, 0x1p53 + 2,
                .leastNonzeroMagnitude,
                .greatestFiniteMagnitude, .leastNormalMagnitude, 1e22, 1e21, 123_456_789.125, 1e-5, 1e-4, 100_000,
            ])
        case 1, 2: return Double(Int.random(in: -100_000...100_000, using: &random)) / 100
        case 3: return Double(integer(Int64.self))
        default:
            let number = Double(bitPattern: random.next())
            return number.isFinite ? number : 0.5
        }
    }

    /// Any finite number.
    mutating func float() -> Float {
        switch count(4) {
        case 0: return pick([0, -0.0, 1, 0.1, 0x1p24, 0x1p24 - 1, 0x1p25, 1e10, 1e-10, .greatestFiniteMagnitude])
        case 1, 2: return Float(Int.random(in: -100_000...100_000, using: &random)) / 100
        default:
            let number = Float(bitPattern: UInt32(truncatingIfNeeded: random.next()))
            return number.isFinite ? number : 0.5
        }
    }

    mutating func text() -> String {
        if chance(0.5) {
            return pick(["", "a", "EUR", "order-1042", "eight by", "a longer text without anything in it"])
        }
        let alphabet: [Unicode.Scalar] = [
            "a", "b", "Z", "0", " ", "\"", "\\", "/", "\n", "\t", "\r", "\u{8}", "\u{C}", "\u{0}", "\u{1F}", "\u{1B}",
            "\u{7F}", "\u{80}", "\u{E9}", "e", "\u{301}", "\u{212A}", "K", "\u{2028}", "€", "\u{FFFF}", "𝄞", "😀",
        ]
        var text = String.UnicodeScalarView()
        for _ in 0..<count(24) { text.append(pick(alphabet)) }
        return String(text)
    }

    mutating func date() -> Date {
        switch count(3) {
        case 0: Date(timeIntervalSince1970: Double(Int.random(in: -2_000_000_000...4_000_000_000, using: &random)))
        case 1:
            Date(timeIntervalSince1970: Double(Int.random(in: 0...4_000_000_000_000, using: &random)) / 1_000)
        case 2: Date(timeIntervalSinceReferenceDate: Double.random(in: -1e9...2e9, using: &random))
        default:
            Date(timeIntervalSinceReferenceDate: Double.random(in: -63_000_000_000...250_000_000_000, using: &random))
        }
    }

    mutating func timestamp() -> Timestamp {
        Timestamp(microseconds: Int64.random(in: -62_000_000_000_000_000...250_000_000_000_000_000, using: &random))
    }

    mutating func data() -> Data { Data(list(40) { $0.integer(UInt8.self) }) }

    mutating func url() -> URL {
        URL(string: pick(["https://example.org/a?b=c#d", "mailto:a@b", "a/b/../c", "file:///tmp/%20x"]))!
    }

    mutating func uuid() -> UUID {
        UUID(uuidString: EventID.generate(at: Timestamp(microseconds: 0), using: &random).description)!
    }

    mutating func decimal() -> Decimal {
        Decimal(string: pick(["0", "-0.001", "12345678901234567890.12345", "1e20", "3.14", "1e-10"]))!
    }

    /// Any document.
    mutating func any(depth: Int = 0) -> AnyJSON {
        switch count(depth > 4 ? 3 : 5) {
        case 0: .null
        case 1: .bool(chance(0.5))
        case 2: .number(double())
        case 3: .string(text())
        case 4: .array(list(5) { $0.any(depth: depth + 1) })
        default:
            .object(
                Dictionary(list(30) { ($0.text(), $0.any(depth: depth + 2)) }, uniquingKeysWith: { first, _ in first })
            )
        }
    }
}
