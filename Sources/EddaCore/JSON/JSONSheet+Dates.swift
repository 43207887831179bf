#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

extension JSONInk {
    /// Writes a time in the notation of RFC 3339, with milliseconds.
    mutating func write(_ date: Date) {
        write(quoted: date.formatted(Self.style))
    }

    private static let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)

    /// Writes a time in the notation of RFC 3339, with microseconds.
    mutating func write(_ time: Timestamp) {
        write(quoted: time.description)
    }
}
