import Foundation

@testable import EddaCore

/// Decodes documents with ``JSONCodec`` and with Foundation, and says where they differ.
struct JSONComparison: Sendable {
    let name: String
    let shape: Shape
    private let difference: @Sendable ([UInt8]) -> String?

    /// A comparison of what documents are as values of `type`.
    ///
    /// - Parameters:
    ///   - errorsMatch: Whether errors are compared too; not where the order of decoding is random.
    ///   - textsMatch: Whether descriptions are compared too, which tell apart what `==` does not.
    init<T: Decodable & Equatable & SendableMetatype>(
        _ type: T.Type,
        _ shape: Shape,
        errorsMatch: Bool = true,
        textsMatch: Bool = true
    ) {
        name = "\(type)"
        self.shape = shape
        difference = { bytes in
            let first = outcome(type, bytes, decodedAfresh)
            let taught = outcome(type, bytes, ours.decode)
            guard isSame(first, taught) else { return "\(first) at first but \(taught) with what is known" }
            switch (taught, outcome(type, bytes, foundation.decode)) {
            case (.success(let ours), .success(let theirs)):
                let (left, right) = textsMatch ? ("\(ours)", "\(theirs)") : ("", "")
                return ours == theirs && left.utf8.elementsEqual(right.utf8) ? nil : "\(ours) but \(theirs)"
            case (.failure(let ours), .failure(let theirs)):
                return !errorsMatch || kind(ours) == kind(theirs) ? nil : "\(kind(ours)) but \(kind(theirs))"
            case (.success(let ours), .failure(let theirs)): return "\(ours) but \(theirs)"
            case (.failure(let ours), .success(let theirs)): return "\(ours) but \(theirs)"
            }
        }
    }

    /// What is different about a document, or `nil`.
    ///
    /// A document that is not JSON is to be refused as such; Foundation overlooks damage in what is not asked for.
    func difference(_ bytes: [UInt8]) -> String? {
        guard Self.text(of: bytes).map({ JSONGrammar.accepts($0) }) ?? true else {
            guard case .failure(let error) = outcome(AnyJSON.self, bytes, ours.decode), kind(error) == "dataCorrupted",
                "\(error)".contains("Not JSON")
            else { return "not JSON, but read" }
            return nil
        }
        return difference(bytes)
    }

    /// A document in UTF-8; `nil` when it is in an encoding that it cannot be read in.
    ///
    /// By a mark, or by where the zeros are, UTF-16 and UTF-32 are told (RFC 4627, section 3).
    private static func text(of bytes: [UInt8]) -> [UInt8]? {
        let marks: [([UInt8], String.Encoding)] = [
            ([0xEF, 0xBB, 0xBF], .utf8), ([0, 0, 0xFE, 0xFF], .utf32BigEndian),
            ([0xFF, 0xFE, 0, 0], .utf32LittleEndian),
            ([0xFE, 0xFF], .utf16BigEndian), ([0xFF, 0xFE], .utf16LittleEndian),
        ]
        let zeros: [String: String.Encoding] = [
            "000x": .utf32BigEndian, "x000": .utf32LittleEndian, "0x0x": .utf16BigEndian, "x0x0": .utf16LittleEndian,
            "0x": .utf16BigEndian, "x0": .utf16LittleEndian,
        ]
        let mark = marks.first { bytes.starts(with: $0.0) }
        let rest = Array(bytes.dropFirst(mark?.0.count ?? 0))
        let pattern = bytes.prefix(4).map { $0 == 0 ? "0" : "x" }.joined()
        let encoding: String.Encoding = mark?.1 ?? zeros[pattern] ?? .utf8
        return encoding == .utf8 ? rest : String(bytes: rest, encoding: encoding).map { Array($0.utf8) }
    }

    /// The comparisons, one for each type.
    static let all: [JSONComparison] = [
        JSONComparison(AnyJSON.self, .any, errorsMatch: false),
        JSONComparison(Subjects.Placed.self, placed),
        JSONComparison(
            Subjects.Numbers.self,
            .object("abcdefghijklmno".map { ("\($0)", .choice([.integer, .number])) })
        ),
        JSONComparison([Int].self, .array(.integer)),
        JSONComparison([UInt64].self, .array(.integer)),
        JSONComparison([Int128].self, .array(.integer)),
        JSONComparison([Int8].self, .array(.byte)),
        JSONComparison([UInt8].self, .array(.byte)),
        JSONComparison([Double].self, .array(.number)),
        JSONComparison([Float].self, .array(.number)),
        JSONComparison([Int?].self, .array(.choice([.integer, .integer, .null]))),
        JSONComparison([[String?]].self, .array(.array(.choice([.string, .null])))),
        JSONComparison(Subjects.Special.self, special),
        JSONComparison([Subjects.Choice].self, .array(choice)),
        JSONComparison(
            Subjects.Derived.self,
            .object([("extra", .integer), ("super", .object([("name", .string)]))])
        ),
        JSONComparison(Subjects.ByHand.self, byHand),
        JSONComparison(
            Subjects.UnusualKeys.self,
            .object(
                ["\u{E9}", "e\u{301}", "\u{E1}", "a\u{301}", "\u{212A}", "K", "", "a\n\u{0}", "\"\\/"].map {
                    ($0, .integer)
                }
            )
        ),
        JSONComparison([String: Int].self, .map(.integer), errorsMatch: false, textsMatch: false),
        JSONComparison(Subjects.IntegerKeys.self, .integerMap(.string), errorsMatch: false, textsMatch: false),
        JSONComparison(
            [String: [String: Bool?]].self,
            .map(.map(.choice([.bool, .null]))),
            errorsMatch: false,
            textsMatch: false
        ),
        JSONComparison([Timestamp: Date].self, .array(.choice([.time, .date])), errorsMatch: false, textsMatch: false),
        JSONComparison(String.self, .string),
        JSONComparison(Double.self, .number),
        JSONComparison(Int?.self, .choice([.integer, .null])),
        JSONComparison(Date.self, .date),
        JSONComparison(Bool.self, .bool),
    ]

    private static let line = Shape.object([("sku", .string), ("quantity", .integer), ("cents", .integer)])
    private static let placed = Shape.object([
        ("zebra", .bool), ("customer", .string), ("total", .integer), ("note", .choice([.string, .null])),
        ("placedAt", .date), ("address", .object([("street", .string), ("zip", .string)])), ("lines", .array(line)),
        ("channel", .word), ("weight", .number),
    ])
    private static let special = Shape.object([
        ("data", .data), ("url", .url), ("uuid", .uuid), ("date", .date), ("time", .time), ("stream", .word),
        ("bytes", .array(.byte)), ("words", .array(.string)), ("measures", .array(.number)),
    ])
    private static let choice = Shape.choice([
        .object([("none", .object([]))]), .object([("one", .object([("_0", .integer)]))]),
        .object([("pair", .object([("left", .string), ("right", line)]))]),
    ])
    private static let byHand = Shape.object([
        ("flag", .choice([.bool, .null])), ("inner", .object([("flag", .choice([.bool, .null]))])),
        ("list", .array(.choice([.integer, .string, .null, .array(.bool), .object([("flag", .bool)]), .bool]))),
    ])
}

private let ours = JSONCodec()
private let foundation = FoundationCodec()

/// Decodes as a thread does that has decoded nothing yet.
private func decodedAfresh<T: Decodable>(_ type: T.Type, from bytes: [UInt8]) throws -> T {
    var owner: JSONTapeOwner? = JSONTapeOwner.take()
    defer { JSONTapeOwner.giveBack(&owner) }
    return try ours.decode(type, from: bytes)
}

private func isSame<T: Equatable>(_ left: Result<T, any Error>, _ right: Result<T, any Error>) -> Bool {
    switch (left, right) {
    case (.success(let left), .success(let right)): left == right
    case (.failure(let left), .failure(let right)): "\(left)" == "\(right)"
    default: false
    }
}

private func outcome<T: Decodable>(
    _ type: T.Type,
    _ bytes: [UInt8],
    _ decode: (T.Type, [UInt8]) throws -> T
) -> Result<T, any Error> {
    Result { try decode(type, bytes) }
}

/// The case of an error, with the type and the way to the value where both decoders know them.
private func kind(_ error: any Error) -> String {
    func path(_ context: DecodingError.Context) -> String {
        context.codingPath.map(\.stringValue).joined(separator: "/")
    }
    guard let error = error as? DecodingError else { return "\(error)" }
    return switch error {
    case .keyNotFound(let key, let context): "keyNotFound \(key.stringValue) at \(path(context))"
    case .typeMismatch(let type, let context): "typeMismatch \(type) at \(path(context))"
    case .valueNotFound(let type, let context): "valueNotFound \(type) at \(path(context))"
    default: "dataCorrupted"
    }
}
