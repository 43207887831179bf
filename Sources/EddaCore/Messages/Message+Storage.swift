#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

extension Message {
    private static let encoder: JSONEncoder = {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return encoder
    }()
    private static let decoder = JSONDecoder()

    /// The attributes as a JSON object of strings, the form in which stores and the in-process transport keep them.
    package func encodedAttributes() -> [UInt8] {
        do {
            return Array(try Self.encoder.encode(attributes))
        } catch {
            preconditionFailure("A dictionary of strings did not encode as JSON: \(error)")
        }
    }

    /// Reads what ``encodedAttributes()`` wrote.
    package init(encodedAttributes bytes: [UInt8], data: [UInt8]) throws(MessageError) {
        let attributes: [String: String]
        do {
            attributes = try Self.decoder.decode([String: String].self, from: Data(bytes))
        } catch {
            throw MessageError(attribute: "(all)", problem: "are no JSON object of strings: \(error)")
        }
        try self.init(attributes: attributes, data: data)
    }
}
