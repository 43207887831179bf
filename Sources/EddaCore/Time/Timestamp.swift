#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// A point in time, UTC, to the microsecond.
public struct Timestamp: Hashable, Comparable, Sendable {
    /// Microseconds since 1970-01-01T00:00:00Z.
    public let microseconds: Int64

    /// The time this many microseconds after the start of 1970, UTC.
    public init(microseconds: Int64) { self.microseconds = microseconds }

    /// The wall clock's time.
    public static func now() -> Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000)
    }

    /// Earlier is smaller.
    public static func < (left: Timestamp, right: Timestamp) -> Bool { left.microseconds < right.microseconds }

    /// The time `duration` later; saturates at the ends of the years 0 to 9999, so that the sum has a notation.
    public static func + (time: Timestamp, duration: Duration) -> Timestamp {
        let (sum, overflow) = time.microseconds.addingReportingOverflow(duration.wholeMicroseconds)
        let end = overflow ? (duration < .zero ? .min : .max) : sum
        // A time that is outside already is left where it is.
        let range = min(time.microseconds, notated.lowerBound)...max(time.microseconds, notated.upperBound)
        return Timestamp(microseconds: min(max(end, range.lowerBound), range.upperBound))
    }

    /// How long after `earlier` this time is; negative when it is before, and saturating at the ends of the range.
    public func since(_ earlier: Timestamp) -> Duration {
        let (difference, overflow) = microseconds.subtractingReportingOverflow(earlier.microseconds)
        return .microseconds(overflow ? (self < earlier ? .min : .max) : difference)
    }

    /// The times that RFC 3339 has a notation for, and that a text can be read as: those of the years 0 to 9999.
    private static let notated: ClosedRange<Int64> = -62_167_219_200_000_000...253_402_300_799_999_999

    /// Whether it is of the years 0 to 9999, so that it can be written down and read again.
    package var hasNotation: Bool { Self.notated.contains(microseconds) }
}

extension Timestamp: LosslessStringConvertible, Codable {
    /// Reads the notation of RFC 3339 in UTC: `2026-11-21T08:15:30.123456Z`, with 0 to 6 digits of a second.
    ///
    /// `nil` for anything else, also for dates that no calendar has.
    public init?(_ description: String) {
        var description = description
        guard let time = description.withUTF8(Timestamp.init(utf8:)) else { return nil }
        self = time
    }

    /// The same for a text in UTF-8.
    init?(utf8 text: UnsafeBufferPointer<UInt8>) {
        guard (20...27).contains(text.count), text[text.count - 1] == UInt8(ascii: "Z"), text[10] == UInt8(ascii: "T"),
            text[4] == UInt8(ascii: "-"), text[7] == UInt8(ascii: "-"), text[13] == UInt8(ascii: ":"),
            text[16] == UInt8(ascii: ":")
        else { return nil }
        var areDigits = true
        func number(_ range: Range<Int>) -> Int64 {
            var value: Int64 = 0
            for place in range {
                let digit = text[place] &- UInt8(ascii: "0")
                if digit > 9 { areDigits = false }
                value = value &* 10 &+ Int64(digit)
            }
            return value
        }
        let date = CivilDate(year: number(0..<4), month: number(5..<7), day: number(8..<10))
        let (hour, minute, second) = (number(11..<13), number(14..<16), number(17..<19))
        var fraction: Int64 = 0
        if text.count > 20 {
            guard text[19] == UInt8(ascii: "."), text.count > 21 else { return nil }
            fraction = number(20..<text.count - 1)
            for _ in text.count..<27 { fraction = fraction &* 10 }
        }
        guard areDigits, (1...12).contains(date.month), date.day >= 1, hour < 24, minute < 60, second < 60,
            date.day <= 28 || CivilDate(daysSince1970: date.daysSince1970) == date
        else { return nil }
        let seconds = date.daysSince1970 * 86_400 + hour * 3_600 + minute * 60 + second
        self.init(microseconds: seconds * 1_000_000 + fraction)
    }

    /// Whole seconds since 1970, rounded down, and the microseconds behind them.
    var secondsAndMicroseconds: (seconds: Int64, microseconds: Int64) {
        floorDivide(microseconds, by: 1_000_000)
    }

    /// RFC 3339 in UTC, always with six digits of a second: `2026-11-21T08:15:30.123456Z`.
    public var description: String {
        let (seconds, fraction) = secondsAndMicroseconds
        let (days, time) = floorDivide(seconds, by: 86_400)
        let date = CivilDate(daysSince1970: days)
        // Of other years than these four digits tell nothing; they are only ever shown.
        guard (0...9_999).contains(date.year) else {
            return "\(date.year)" + Self.text(1_970, date, time, fraction).dropFirst(4)
        }
        return Self.text(date.year, date, time, fraction)
    }

    private static func text(_ year: Int64, _ date: CivilDate, _ time: Int64, _ fraction: Int64) -> String {
        String(unsafeUninitializedCapacity: 27) { text in
            var place = 0
            func put(_ value: Int64, _ width: Int, then separator: UInt8) {
                var rest = value
                for digit in (0..<width).reversed() {
                    text[place + digit] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
                    rest /= 10
                }
                text[place + width] = separator
                place += width + 1
            }
            put(year, 4, then: UInt8(ascii: "-"))
            put(date.month, 2, then: UInt8(ascii: "-"))
            put(date.day, 2, then: UInt8(ascii: "T"))
            put(time / 3_600, 2, then: UInt8(ascii: ":"))
            put(time / 60 % 60, 2, then: UInt8(ascii: ":"))
            put(time % 60, 2, then: UInt8(ascii: "."))
            put(fraction, 6, then: UInt8(ascii: "Z"))
            return place
        }
    }

    /// Reads RFC 3339 in UTC.
    ///
    /// - Throws: `DecodingError` when the text is not a time in that notation.
    public init(from decoder: any Decoder) throws {
        self = try decoder.value(parsedBy: { Timestamp($0) }, expecting: "a time such as 2026-11-21T08:15:30.123456Z")
    }

    /// Writes RFC 3339 in UTC.
    ///
    /// - Throws: `EncodingError` for a time outside the years 0 to 9999, which could not be read again; what the encoder
    ///   throws.
    public func encode(to encoder: any Encoder) throws {
        guard hasNotation else {
            throw EncodingError.invalidValue(
                self,
                EncodingError.Context(
                    codingPath: encoder.codingPath,
                    debugDescription: "\(self) is not of the years 0 to 9999, the only ones that RFC 3339 can write."
                )
            )
        }
        try encoder.encode(text: description)
    }
}

private func floorDivide(_ value: Int64, by divisor: Int64) -> (Int64, Int64) {
    let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
}
