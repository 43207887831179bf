internal import EddaCore

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
    static func text(of headers: [String: String]) -> String? {
        headers.isEmpty ? nil : String(decoding: AttributeText.encode(headers), as: UTF8.self)
    }

    static func headers(from text: String?) throws(StoreError) -> [String: String] {
        guard let text else { return [:] }
        return try attributes(from: text, of: "The headers of an event")
    }

    /// Reads a JSON object of texts.
    ///
    /// - Parameter owner: What has it, for the error.
    static func attributes(from text: String, of owner: @autoclosure () -> String) throws(StoreError) -> [String:
        String]
    {
        guard let attributes = AttributeText.decode(Array(text.utf8)) else {
            throw StoreError(.corrupt, "\(owner()) are no JSON object: \(text.prefix(80))")
        }
        return attributes
    }
}
