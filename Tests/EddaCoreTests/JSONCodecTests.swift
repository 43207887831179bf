import EddaCore
import Foundation
import Testing

@Suite struct JSONCodecTests {
    struct Sample: Codable, Equatable {
        var zebra = 1
        var apple = "a/b"
        var map: [String: Int]
        var data = Data([1, 2, 255])
        var date = Date(timeIntervalSince1970: 1_767_225_600.125)
        var time = Timestamp(microseconds: 1_767_225_600_123_456)
    }

    @Test func equalValuesHaveEqualBytes() throws {
        let codec = JSONCodec()
        let keys = (0..<50).map { "key\($0)" }
        let forward = Sample(map: Dictionary(uniqueKeysWithValues: keys.map { ($0, 1) }))
        var map: [String: Int] = [:]
        map.reserveCapacity(1_000)
        for key in keys.reversed() { map[key] = 1 }
        let bytes = try codec.encode(forward)
        #expect(try codec.encode(Sample(map: map)) == bytes)
        #expect(try codec.decode(Sample.self, from: bytes) == forward)
    }

    @Test func theFormIsPinned() throws {
        let text = String(decoding: try JSONCodec().encode(Sample(map: ["b": 1, "a": 2])), as: UTF8.self)
        #expect(
            text == """
                {"apple":"a/b","data":"AQL/","date":"2026-01-01T00:00:00.125Z","map":{"a":2,"b":1},\
                "time":"2026-01-01T00:00:00.123456Z","zebra":1}
                """
        )
    }

    @Test func datesAreReadWithAndWithoutAFraction() throws {
        let codec = JSONCodec()
        let dates = try codec.decode(
            [Date].self,
            from: Array(#"["2026-01-01T00:00:00Z","2026-01-01T00:00:00.5Z"]"#.utf8)
        )
        #expect(dates.map(\.timeIntervalSince1970) == [1_767_225_600, 1_767_225_600.5])
        #expect(throws: DecodingError.self) { try codec.decode([Date].self, from: Array(#"["today"]"#.utf8)) }
    }

    @Test func numbersThatJSONCannotHoldAreRefused() {
        for number in [Double.nan, .infinity] {
            #expect(throws: EncodingError.self) { try JSONCodec().encode([number]) }
        }
    }
}
