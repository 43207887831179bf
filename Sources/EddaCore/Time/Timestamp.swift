#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif
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

    /// The time `duration` later; saturates at the ends of the range.
    public static func + (time: Timestamp, duration: Duration) -> Timestamp {
        let (sum, overflow) = time.microseconds.addingReportingOverflow(duration.wholeMicroseconds)
        return Timestamp(microseconds: overflow ? (duration < .zero ? .min : .max) : sum)
    }

    /// How long after `earlier` this time is; negative when it is before.
    public func since(_ earlier: Timestamp) -> Duration {
        .microseconds(microseconds.subtractingReportingOverflow(earlier.microseconds).partialValue)
    }
}

extension Timestamp: LosslessStringConvertible, Codable {
    /// Reads the notation of RFC 3339 in UTC: `2026-11-21T08:15:30.123456Z`, with 0 to 6 digits of a second.
    ///
    /// `nil` for anything else.
    public init?(_ description: String) {
        guard description.hasSuffix("Z") else { return nil }
        let body = description.dropLast()
        let parts = body.split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), parts[0].utf8.count == 19,
            let seconds = try? Date.ISO8601FormatStyle().parse(parts[0] + "Z")
        else { return nil }
        var fraction: Int64 = 0
        if parts.count == 2 {
            let digits = parts[1].utf8
            guard (1...6).contains(digits.count),
                digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
                let value = Int64(parts[1])
            else { return nil }
            fraction = (digits.count..<6).reduce(value) { value, _ in value * 10 }
        }
        self.init(microseconds: Int64(seconds.timeIntervalSince1970.rounded()) * 1_000_000 + fraction)
    }

    /// RFC 3339 in UTC, always with six digits of a second: `2026-11-21T08:15:30.123456Z`.
    public var description: String {
        let (seconds, fraction) = floorDivide(microseconds, by: 1_000_000)
        let whole = Date(timeIntervalSince1970: Double(seconds)).formatted(.iso8601)
        let digits = String(fraction + 1_000_000).dropFirst()
        return "\(whole.dropLast()).\(digits)Z"
    }

    /// Reads RFC 3339 in UTC.
    ///
    /// - Throws: `DecodingError` when the text is not a time in that notation.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let time = Timestamp(text) else {
            throw DecodingError.dataCorruptedError(
                in: container,
                debugDescription: "\"\(text)\" is not a time such as 2026-11-21T08:15:30.123456Z"
            )
        }
        self = time
    }

    /// Writes RFC 3339 in UTC.
    ///
    /// - Throws: What the encoder throws.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

private func floorDivide(_ value: Int64, by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
    let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
}
