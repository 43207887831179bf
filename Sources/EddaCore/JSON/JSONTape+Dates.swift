#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

extension JSONTape {
    /// A time in the notation of RFC 3339.
    ///
    /// - Throws: `DecodingError` when the value is no string or no time.
    func date(at index: Int) throws -> Date {
        let token = tokens[index]
        guard token.kind == .string else {
            throw token.kind == .null ? absence(Date.self, at: index) : mismatch(String.self, at: index)
        }
        // From 1583 on the calendar is the same in all implementations.
        if token.traits.contains(.verbatim), let time = withContent(of: token, Timestamp.init(utf8:)),
            time.microseconds >= -12_212_553_600_000_000
        {
            // Rounded twice, as Foundation's calendar does it: equal texts give equal dates, to the last bit.
            let (seconds, fraction) = time.secondsAndMicroseconds
            let secondInDay = ((seconds % 86_400) + 86_400) % 86_400
            let timeInDay = Double(secondInDay) + Double(fraction * 1_000) / 1_000_000_000
            return Date(timeIntervalSinceReferenceDate: Double(seconds - secondInDay - 978_307_200) + timeInDay)
        }
        let text = text(of: token)
        if let date = try? Self.style.parse(text) { return date }
        if let date = try? Date.ISO8601FormatStyle().parse(text) { return date }
        throw corruption(at: index, "\"\(text)\" is not a time such as 2026-11-21T08:15:30.123Z")
    }

    private static let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
}
