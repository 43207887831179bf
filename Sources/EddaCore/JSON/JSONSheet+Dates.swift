#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

extension Date {
    /// Milliseconds since 2001, rounded; `nil` for what is not in the years 1 to 9999, of which RFC 3339 has a notation.
    ///
    /// A `Date` is the nearest `Double`, on one side of its millisecond or the other; rounded, what was read is written as
    /// it was.
    var notatedMilliseconds: Double? {
        let milliseconds = (timeIntervalSinceReferenceDate * 1_000).rounded()
        // From the first moment of the year 1 in the calendar of that time.
        return (-63_114_076_800_000.0...252_423_993_599_999.0).contains(milliseconds) ? milliseconds : nil
    }
}

extension JSONInk {
    /// Writes a time in the notation of RFC 3339, with milliseconds.
    ///
    /// - Parameter milliseconds: `notatedMilliseconds` of a `Date`.
    func write(milliseconds: Double) {
        guard milliseconds >= Self.firstOfOneCalendar else {
            // Foundation cuts off what is less than a millisecond.
            let inside = Date(timeIntervalSinceReferenceDate: (milliseconds + 0.25) / 1_000)
            return write(quoted: inside.formatted(Self.style))
        }
        let time = Timestamp(microseconds: (Int64(milliseconds) + 978_307_200_000) * 1_000)
        let (seconds, fraction) = time.secondsAndMicroseconds
        write(seconds: seconds, fraction: fraction / 1_000, digits: 3)
    }

    private static let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
    /// The beginning of the year 1583: from then on the calendar is the same in all implementations.
    private static let firstOfOneCalendar = -13_190_860_800_000.0

    /// Writes a time of the years 0 to 9999 in the notation of RFC 3339, with microseconds.
    func write(_ time: Timestamp) {
        let (seconds, fraction) = time.secondsAndMicroseconds
        write(seconds: seconds, fraction: fraction, digits: 6)
    }

    private func write(seconds: Int64, fraction: Int64, digits: Int) {
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
        write(digits: digits, of: fraction)
        write("Z\"")
    }
}
