import EddaCore
import Foundation
import Testing

/// What ``JSONCodec`` reads, case by case; that Foundation reads the same is compared where it does.
@Suite struct JSONDecodingTests {
    private let codec = JSONCodec()
    private let foundation = FoundationCodec()

    private func decode<T: Decodable>(_ type: T.Type, _ text: String) throws -> T {
        try codec.decode(type, from: Array(text.utf8))
    }

    @Test func ofAKeyThatOccursTwiceTheFirstCounts() throws {
        #expect(try decode([String: Int].self, #"{"a":1,"b":2,"a":3}"#) == ["a": 1, "b": 2])
        #expect(try decode([String: Int].self, #"{"b":1,"\u0062":2}"#) == ["b": 1])
        let many = "{" + (0..<100).map { "\"k\($0 % 50)\":\($0)" }.joined(separator: ",") + "}"
        #expect(try decode([String: Int].self, many).values.max() == 49)
    }

    @Test func keysAreEqualByCanonicalEquivalence() throws {
        let text = "{\"e\u{301}\":1,\"\u{C1}\":2,\"K\":3}"
        let read = try decode(Subjects.UnusualKeys.self, text)
        #expect(read.composed == 1 && read.kelvin == 3 && read.plain == 3)
        #expect(try read == foundation.decode(Subjects.UnusualKeys.self, from: Array(text.utf8)))
    }

    @Test(arguments: [1, 40, 5_000])
    func objectsOfAnySizeAreReadInAnyOrder(count: Int) throws {
        struct Some: Decodable {
            let values: [Int?]
            struct Key: CodingKey {
                let stringValue: String
                var intValue: Int? { nil }
                init(stringValue: String) { self.stringValue = stringValue }
                init?(intValue: Int) { nil }
            }
            init(from decoder: any Decoder) throws {
                let container = try decoder.container(keyedBy: Key.self)
                values = try stride(from: container.allKeys.count, through: 0, by: -1).map {
                    try container.decodeIfPresent(Int.self, forKey: Key(stringValue: "k\($0)"))
                }
            }
        }
        for keys in [(0..<count).map { "k\($0)" }, (0..<count).map { "k\($0)" }.sorted()] {
            let text = "{" + keys.map { "\"\($0)\":\($0.dropFirst())" }.joined(separator: ",") + "}"
            #expect(try decode(Some.self, text).values == [nil] + (0..<count).reversed())
        }
    }

    @Test(arguments: ["1", "-1", "0", "true", "null", "\"a\"", " [1] ", "{\"a\":[]}", "1.5e3"])
    func aDocumentMayBeAnyValueInAnyEncoding(text: String) throws {
        let expected = try foundation.decode(AnyJSON.self, from: Array(text.utf8))
        for encoding: String.Encoding in [
            .utf8, .utf16, .utf16LittleEndian, .utf16BigEndian, .utf32, .utf32LittleEndian, .utf32BigEndian,
        ] {
            let bytes = Array(try #require(text.data(using: encoding)))
            let theirs = try? foundation.decode(AnyJSON.self, from: bytes)
            let ours = try? codec.decode(AnyJSON.self, from: bytes)
            #expect(ours == theirs, "\(encoding)")
            if encoding == .utf8 { #expect(theirs == expected) }
        }
        #expect(try codec.decode(AnyJSON.self, from: [0xEF, 0xBB, 0xBF] + Array(text.utf8)) == expected)
    }

    @Test(arguments: [
        "", " ", "{", "[1", "{\"a\"", "{\"a\":", "{\"a\":1", "\"a", "tru", "nulll", "[1]]", "1 2", "{a:1}", "{,}",
        "[,]",
        "'a'", "01", "-", "+1", "1.", ".5", "1e", "0x1", "NaN", "\"\\x\"", "\"\\u12g4\"", "\"\\ud800\"", "\"\\udc00\"",
        "\"\\ud800\\u0041\"", "\"\n\"", "\"\u{0}\"", "\u{FEFF}\u{FEFF}1", "//\n1", "{\"a\":1,,}",
    ])
    func whatIsNotJSONIsRefused(text: String) throws {
        let error = #expect(throws: DecodingError.self) { try decode(AnyJSON.self, text) }
        guard case .dataCorrupted(let context)? = error else { return #expect(Bool(false), "\(error as Any)") }
        #expect(context.codingPath.isEmpty && context.debugDescription.hasPrefix("Not JSON: "))
        #expect(throws: DecodingError.self) { try foundation.decode(AnyJSON.self, from: Array(text.utf8)) }
    }

    @Test(arguments: [
        [0x22, 0xFF, 0x22], [0x22, 0xC0, 0x80, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22], [0x22, 0xE2, 0x82, 0x22],
    ])
    func whatIsNotUTF8IsRefused(bytes: [UInt8]) {
        #expect(throws: DecodingError.self) { try codec.decode(String.self, from: bytes) }
    }

    @Test func depthIsBounded() throws {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        #expect(try decode(AnyJSON.self, nested(512)) == foundation.decode(AnyJSON.self, from: Array(nested(512).utf8)))
        #expect(throws: DecodingError.self) { try decode(AnyJSON.self, nested(513)) }
        #expect(throws: DecodingError.self) { try decode(AnyJSON.self, String(repeating: "[", count: 1_000_000)) }
        #expect(throws: DecodingError.self) { try decode(AnyJSON.self, String(repeating: "{\"a\":", count: 1_000_000)) }
    }

    @Test func commasBeforeAClosingBracketAreReadAsFoundationReadsThem() throws {
        #expect(try decode([Int].self, "[1,]") == [1])
        #expect(try decode([String: Int].self, "{\"a\":1 , }") == ["a": 1])
        #expect(throws: DecodingError.self) { try decode([Int].self, "[,]") }
    }

    @Test func numbersAreReadExactly() throws {
        #expect(try decode([Int].self, "[1.0,1e3,-0,12.50e2,0e9]") == [1, 1000, 0, 1250, 0])
        #expect(try decode([UInt8].self, "[255,-0,2.55e2]") == [255, 0, 255])
        #expect(
            try decode([Double].self, "[-0,-0.0,1e22,4.9e-324]").map(\.bitPattern) == [
                (-0.0).bitPattern, (-0.0).bitPattern, 1e22.bitPattern, 1,
            ]
        )
        #expect(try decode([Int128].self, "[170141183460469231731687303715884105727]") == [.max])
        for (text, type) in [
            ("1.5", Int.self), ("256", UInt8.self), ("-1", UInt.self), ("9223372036854775808", Int64.self),
            ("1e400", Double.self), ("1e-400", Double.self), ("3.5e38", Float.self), ("1e-60", Float.self),
            ("1e400", Int.self), ("1e1000000000000000000000", Int.self),
        ] as [(String, any Decodable.Type)] {
            #expect(throws: DecodingError.self, "\(text) as \(type)") { try decode(type, text) }
        }
    }

    /// From 2^53 on Foundation's decoder rounds what is written with a fraction or an exponent; this one does not.
    @Test func largeIntegersWithAFractionAreExactOrRefused() throws {
        #expect(try decode(Int.self, "9223372036854775807.0") == .max)
        #expect(try decode(Int.self, "-9223372036854775808.0") == .min)
        #expect(try decode(Int128.self, "1e30") == 1_000_000_000_000_000_000_000_000_000_000)
        #expect(try decode(UInt64.self, "1844674407370955161.50e1") == 18_446_744_073_709_551_615)
        #expect(throws: DecodingError.self) { try decode(Int.self, "9007199254740993.5") }
        #expect(throws: DecodingError.self) { try decode(Int.self, "9223372036854775808.0") }
    }

    /// Foundation takes the digit of a short exponent for one of the number, and refuses.
    @Test func zeroMayHaveAnExponent() throws {
        #expect(try decode([Double].self, "[0e1,0E2]") == [0, 0])
    }

    /// Foundation overlooks it.
    @Test func damageIsFoundAlsoInWhatNobodyAsksFor() {
        for text in [#"{"name":1,"x":"\x"}"#, #"{"name":1,"x":01}"#, #"{"name":1,"x":"\ud800"}"#] {
            #expect(throws: DecodingError.self) { try decode([String: Int].self, text) }
        }
    }

    @Test func errorsNameTheWayToTheValue() throws {
        let text = #"{"zebra":true,"customer":"c","total":1,"placedAt":"2026-01-01T00:00:00Z","lines":[{"sku":"a"}]}"#
        let error = #expect(throws: DecodingError.self) { try decode(Subjects.Placed.self, text) }
        guard case .keyNotFound(let key, let context)? = error else { return #expect(Bool(false), "\(error as Any)") }
        #expect(key.stringValue == "quantity")
        #expect(context.codingPath.map(\.stringValue) == ["lines", "Index 0"])
        #expect(context.codingPath.map(\.intValue) == [nil, 0])
    }

    @Test func decodersMayOutliveTheCall() throws {
        struct Later: Decodable {
            let decoder: any Decoder
            init(from decoder: any Decoder) { self.decoder = decoder }
        }
        let later = try decode(Later.self, #"{"a":["a string that does not fit in fifteen bytes"]}"#)
        #expect(try [String: [String]](from: later.decoder) == ["a": ["a string that does not fit in fifteen bytes"]])
    }

    @Test func manyThreadsDecodeAtOnce() async throws {
        let value = ["numbers": Array(0..<200), "more": Array(0..<50)]
        let bytes = try codec.encode(value)
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<8 {
                group.addTask { [codec] in
                    try (0..<100).allSatisfy { _ in try codec.decode([String: [Int]].self, from: bytes) == value }
                }
            }
            for try await agrees in group { #expect(agrees) }
        }
    }
}
