import Foundation

/// A line of a file that cannot be used.
struct BadLine: Hashable, Sendable, CustomStringConvertible {
    let file: String
    /// From 1.
    let number: Int
    let reason: String

    var description: String { "\(file):\(number): \(reason)" }
}

/// A file of JSON Lines.
///
/// Blank lines are passed over.
struct InputFile {
    let path: String
    private(set) var bad: [BadLine] = []

    init(path: String) { self.path = path }

    /// Reads the file and passes each line, as JSON, to `use`; what `use` complains about is kept with the line's number.
    ///
    /// - Throws: ``UnreadableFile``.
    mutating func read(_ use: (JSONValue) throws -> Void) throws {
        guard let data = try? Data(contentsOf: URL(filePath: path)) else { throw UnreadableFile(path: path) }
        let decoder = JSONDecoder()
        for (index, bytes) in data.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated() {
            guard bytes.contains(where: { $0 > 0x20 }) else { continue }
            do {
                guard String(validating: bytes, as: UTF8.self) != nil else {
                    throw Fields.Complaint("is not UTF-8")
                }
                let value: JSONValue
                do {
                    value = try decoder.decode(JSONValue.self, from: Data(bytes))
                } catch {
                    throw Fields.Complaint("is not JSON")
                }
                try use(value)
            } catch {
                bad.append(BadLine(file: path, number: index + 1, reason: "\(error)"))
            }
        }
    }
}
