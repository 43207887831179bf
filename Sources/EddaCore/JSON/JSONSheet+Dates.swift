#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

extension JSONInk {
    /// Writes a time in the notation of RFC 3339, with milliseconds.
    func write(_ date: Date) {
        write(quoted: date.formatted(Self.style))
    }

    private static let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)

    /// Writes a time of the years 0 to 9999 in the notation of RFC 3339, with microseconds.
    func write(_ time: Timestamp) {
        let (seconds, fraction) = time.secondsAndMicroseconds
        let secondInDay = ((seconds % 86_400) + 86_400) % 86_400
        let date = CivilDate(daysSince1970: (seconds - secondInDay) / 86_400)
        write(UInt8(ascii: "\""))
        write(digits: 4, of: date.year)
        write("-")
        write(digits: 2, of: date.month)
        write("-")
        write(digits: 2, of: date.day)
        write("T")
        write(digits: 2, of: secondInDay / 3_600)
        write(":")
        write(digits: 2, of: secondInDay / 60 % 60)
        write(":")
        write(digits: 2, of: secondInDay % 60)
        write(".")
        write(digits: 6, of: fraction)
        write("Z\"")
    }
}
