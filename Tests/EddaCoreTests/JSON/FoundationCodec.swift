import EddaCore
import Foundation

/// Foundation's coders, set up to write and read the form of ``JSONCodec``: what it is compared with.
final class FoundationCodec: Sendable {
    private let encoder = JSONEncoder()
    private let decoder = JSONDecoder()

    init() {
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .custom { date, encoder in
            // Foundation cuts off what is less than a millisecond; the codec rounds to it.
            let milliseconds = (date.timeIntervalSinceReferenceDate * 1_000).rounded()
            let inside = Date(timeIntervalSinceReferenceDate: (milliseconds + 0.25) / 1_000)
            var container = encoder.singleValueContainer()
            try container.encode(inside.formatted(Self.style))
        }
        decoder.dateDecodingStrategy = .custom { decoder in
            let container = try decoder.singleValueContainer()
            let text = try container.decode(String.self)
            if let date = try? Self.style.parse(text) { return date }
            if let date = try? Date.ISO8601FormatStyle().parse(text) { return date }
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "\"\(text)\" is not a time")
        }
    }

    private static let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)

    func encode(_ value: some Encodable) throws -> [UInt8] { Array(try encoder.encode(value)) }

    func decode<T: Decodable>(_ type: T.Type, from bytes: [UInt8]) throws -> T {
        try decoder.decode(type, from: Data(bytes))
    }
}
