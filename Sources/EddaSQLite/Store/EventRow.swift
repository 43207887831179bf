internal import EddaCore

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// How an event is kept in columns.
enum EventRow {
    /// Tags, one a line.
    ///
    /// Names hold no control characters, so a line break separates them without doubt.
    static func text(of tags: Set<Tag>) -> String? {
        tags.isEmpty ? nil : tags.map(\.rawValue).sorted().joined(separator: "\n")
    }

    static func tags(from text: String?) -> Set<Tag> {
        guard let text else { return [] }
        return Set(text.split(separator: "\n").map { Tag(unchecked: String($0)) })
    }

    /// Headers as a JSON object.
    static func text(of headers: [String: String]) throws(StoreError) -> String? {
        guard !headers.isEmpty else { return nil }
        do {
            return String(decoding: try encoder.encode(headers), as: UTF8.self)
        } catch {
            throw StoreError(.invalidArgument, "The headers of an event do not encode: \(error)", underlying: error)
        }
    }

    static func headers(from text: String?) throws(StoreError) -> [String: String] {
        guard let text else { return [:] }
        do {
            return try decoder.decode([String: String].self, from: Data(text.utf8))
        } catch {
            throw StoreError(.corrupt, "The headers of an event are no JSON object: \(text.prefix(80))")
        }
    }

    private static let encoder: JSONEncoder = {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return encoder
    }()
    private static let decoder = JSONDecoder()
}
