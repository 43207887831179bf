internal import Synchronization

/// A 128-bit identifier in UUID notation.
///
/// Fresh ones are UUIDs of version 7 (RFC 9562, section 5.7): they begin with the time, so an index over them grows at
/// its end.
public struct EventID: Hashable, Comparable, Sendable {
    package let high: UInt64
    package let low: UInt64

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// A fresh id: 48 bits of milliseconds, 74 random bits.
    public static func generate(at time: Timestamp = .now()) -> EventID {
        fresh.withLock { generate(at: time, using: &$0) }
    }

    private static let fresh = Mutex(RandomStock())

    /// A fresh id whose random bits come from `generator`, for reproducible tests.
    public static func generate(at time: Timestamp, using generator: inout some RandomNumberGenerator) -> EventID {
        let milliseconds = UInt64(bitPattern: time.microseconds / 1_000) & 0xFFFF_FFFF_FFFF
        let random: (UInt64, UInt64) = (generator.next(), generator.next())
        return EventID(
            high: milliseconds << 16 | 0x7000 | random.0 & 0x0FFF,
            low: 0x8000_0000_0000_0000 | random.1 & 0x3FFF_FFFF_FFFF_FFFF
        )
    }

    /// Orders by bytes, which for fresh ids is by time.
    public static func < (left: EventID, right: EventID) -> Bool {
        (left.high, left.low) < (right.high, right.low)
    }
}

extension EventID: LosslessStringConvertible, Codable {
    /// Reads UUID notation: 32 hexadecimal digits in groups of 8, 4, 4, 4 and 12.
    ///
    /// `nil` for anything else.
    public init?(_ description: String) {
        let bytes = Array(description.utf8)
        guard bytes.count == 36 else { return nil }
        var words: (UInt64, UInt64) = (0, 0)
        for (index, byte) in bytes.enumerated() {
            if index == 8 || index == 13 || index == 18 || index == 23 {
                guard byte == UInt8(ascii: "-") else { return nil }
                continue
            }
            let digit: UInt64
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = UInt64(byte - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = UInt64(byte - UInt8(ascii: "a") + 10)
            case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = UInt64(byte - UInt8(ascii: "A") + 10)
            default: return nil
            }
            if index < 18 { words.0 = words.0 << 4 | digit } else { words.1 = words.1 << 4 | digit }
        }
        self.init(high: words.0, low: words.1)
    }

    /// UUID notation in lower case.
    public var description: String {
        String(unsafeUninitializedCapacity: 36) { buffer in
            var place = 0
            for nibble in 0..<32 {
                if nibble == 8 || nibble == 12 || nibble == 16 || nibble == 20 {
                    buffer[place] = UInt8(ascii: "-")
                    place += 1
                }
                let word = nibble < 16 ? high : low
                let digit = UInt8(truncatingIfNeeded: word >> UInt64(60 - nibble % 16 * 4)) & 0xF
                buffer[place] = digit + (digit < 10 ? UInt8(ascii: "0") : UInt8(ascii: "a") - 10)
                place += 1
            }
            return 36
        }
    }

    /// Reads UUID notation.
    ///
    /// - Throws: `DecodingError` when the text is not an id.
    public init(from decoder: any Decoder) throws {
        self = try decoder.value(parsedBy: { EventID($0) }, expecting: "a UUID")
    }

    /// Writes UUID notation.
    ///
    /// - Throws: What the encoder throws.
    public func encode(to encoder: any Encoder) throws {
        try encoder.encode(text: description)
    }
}

extension EventID {
    /// The 16 bytes, most significant first.
    package var bytes: [UInt8] {
        [high, low]
            .flatMap { word in
                stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: word >> UInt64($0)) }
            }
    }

    /// The id made of 16 bytes, or `nil` for any other count.
    package init?(bytes: some Collection<UInt8>) {
        guard bytes.count == 16 else { return nil }
        var words: (UInt64, UInt64) = (0, 0)
        for (index, byte) in bytes.enumerated() {
            if index < 8 { words.0 = words.0 << 8 | UInt64(byte) } else { words.1 = words.1 << 8 | UInt64(byte) }
        }
        self.init(high: words.0, low: words.1)
    }
}
