#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// JSON with sorted keys, so that equal values have equal bytes.
///
/// `Data` is Base64, `Date` is RFC 3339 in UTC with milliseconds, `Timestamp` the same with microseconds.
public struct JSONCodec: EventCodec {
    private let encoder: JSONEncoder
    private let decoder: JSONDecoder

    /// The codec.
    public init() {
        encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .custom { date, encoder in
            var container = encoder.singleValueContainer()
            try container.encode(date.formatted(Self.dateStyle))
        }
        decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .custom { decoder in
            let container = try decoder.singleValueContainer()
            let text = try container.decode(String.self)
            if let date = try? Self.dateStyle.parse(text) { return date }
            if let date = try? Date.ISO8601FormatStyle().parse(text) { return date }
            throw DecodingError.dataCorruptedError(
                in: container,
                debugDescription: "\"\(text)\" is not a time such as 2026-11-21T08:15:30.123Z"
            )
        }
    }

    private static let dateStyle = Date.ISO8601FormatStyle(includingFractionalSeconds: true)

    /// `application/json`.
    public var contentType: String { "application/json" }

    /// Encodes a value as JSON.
    ///
    /// - Throws: `EncodingError`, also for numbers that JSON cannot hold.
    public func encode(_ value: some Encodable) throws -> [UInt8] {
        Array(try encoder.encode(value))
    }

    /// Decodes a value from JSON.
    ///
    /// - Throws: `DecodingError` when the bytes are not JSON or do not fit the type.
    public func decode<T: Decodable>(_ type: T.Type, from bytes: [UInt8]) throws -> T {
        try decoder.decode(type, from: Data(bytes))
    }
}
