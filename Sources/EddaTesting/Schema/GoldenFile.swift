internal import EddaCore

/// The name of a golden file, taken apart: `order.placed.v1.json`, `order.placed.v1.large.json`.
struct GoldenFile: Hashable {
    let type: EventType
    let version: Int
    /// What tells several files of one version apart.
    let word: String?
    let name: String

    init(type: EventType, version: Int, word: String?) {
        self.type = type
        self.version = version
        self.word = word
        name = "\(Self.escaped(type.rawValue)).v\(version)\(word.map { ".\($0)" } ?? "").json"
    }

    /// `nil` when the name is not one of a golden file.
    init?(name: String) {
        var parts = name.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count >= 3, parts.popLast() == "json" else { return nil }
        var word: String?
        if Self.version(in: parts[parts.count - 1]) == nil { word = String(parts.removeLast()) }
        guard parts.count >= 2, let version = Self.version(in: parts.removeLast()),
            let type = EventType(rawValue: Self.unescaped(parts.joined(separator: ".")))
        else { return nil }
        self.type = type
        self.version = version
        self.word = word
        self.name = name
    }

    private static func version(in part: Substring) -> Int? {
        guard part.first == "v", part.dropFirst().allSatisfy({ $0.isASCII && $0.isNumber }) else { return nil }
        return Int(part.dropFirst()).flatMap { $0 >= 1 ? $0 : nil }
    }

    /// A slash would name another folder; a percent sign introduces an escape.
    private static func escaped(_ text: String) -> String {
        text.replacing("%", with: "%25").replacing("/", with: "%2F")
    }

    private static func unescaped(_ text: String) -> String {
        text.replacing("%2F", with: "/").replacing("%25", with: "%")
    }
}
