import EddaTesting
import Foundation
import Testing

@testable import EddaCore

@Suite struct AttributeTextTests {
    @Test(arguments: [1, 2, 3] as [UInt64])
    func agreesWithFoundationOnAnyText(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let alphabet: [Unicode.Scalar] = [
            "a", "\"", "\\", "/", "\n", "\t", "\u{1}", "\u{7F}", "é", "\u{2028}", "€", "𝄞", "🇮🇸", " ", "{", "}", ":",
        ].compactMap { ($0 as String).unicodeScalars.first }
        for _ in 0..<500 {
            func text() -> String {
                var text = String.UnicodeScalarView()
                for _ in 0..<Int.random(in: 0...8, using: &random) {
                    text.append(alphabet[Int.random(in: 0..<alphabet.count, using: &random)])
                }
                return String(text)
            }
            var attributes: [String: String] = [:]
            for _ in 0..<Int.random(in: 0...5, using: &random) { attributes[text()] = text() }
            let ours = AttributeText.encode(attributes)
            #expect(try JSONDecoder().decode([String: String].self, from: Data(ours)) == attributes)
            #expect(AttributeText.decode(ours) == attributes)
            #expect(AttributeText.decode(Array(try JSONEncoder().encode(attributes))) == attributes)
        }
    }

    @Test(arguments: [
        "", "{", "{}x", "[]", "{\"a\"}", "{\"a\":1}", "{\"a\":\"b\",}", "{\"a\":\"b\"", "{\"a\":\"\\x\"}",
        "{\"a\":\"\\u12\"}", "{\"a\":\"\\ud800\"}", "{\"a\":\"\\ud800\\u0041\"}", "{\"a\":\"\\udc00\"}",
        "{\"a\":\"\n\"}",
        "{\"a\":null}", "{\"a\":{}}", "{a:\"b\"}",
    ])
    func whatIsNoObjectOfStringsIsRefused(text: String) {
        #expect(AttributeText.decode(Array(text.utf8)) == nil)
    }

    @Test func escapesAndSpaceAreRead() {
        let text = #" { "a" : "\u00e9\ud834\udd1e\/\b\f\n\r\t\"\\" , "b":"" } "#
        #expect(AttributeText.decode(Array(text.utf8)) == ["a": "é𝄞/\u{8}\u{C}\n\r\t\"\\", "b": ""])
        #expect(AttributeText.decode([0x7B, 0x22, 0xFF, 0x22, 0x3A, 0x22, 0x22, 0x7D]) == nil)
    }

    @Test func timesAgreeWithFoundation() throws {
        var random = SeededGenerator(seed: 7)
        let style = Date.ISO8601FormatStyle()
        // From 1583 on: before, Foundation has the Julian calendar.
        for _ in 0..<2_000 {
            let seconds = Int64.random(in: -12_200_000_000...250_000_000_000, using: &random)
            let time = Timestamp(microseconds: seconds * 1_000_000 + 123_456)
            let expected = Date(timeIntervalSince1970: Double(seconds)).formatted(style).dropLast() + ".123456Z"
            #expect(time.description == String(expected))
            #expect(Timestamp(time.description) == time)
        }
        for text in [
            "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-01-01T24:00:00Z", "2026-01-01T00:00:00.1234567Z",
        ] {
            #expect(Timestamp(text) == nil)
        }
        #expect(Timestamp("2024-02-29T23:59:59.5Z")?.description == "2024-02-29T23:59:59.500000Z")
    }
}
