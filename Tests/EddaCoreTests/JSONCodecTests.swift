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

    @Test(arguments: [
        "0001-01-01T00:00:00.000Z", "1582-10-15T00:00:00.001Z", "1969-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z",
    ])
    func aDateThatIsReadIsWrittenAsItWas(text: String) throws {
        let codec = JSONCodec()
        let read = try codec.decode([Date].self, from: Array(#"["\#(text)"]"#.utf8))
        #expect(String(decoding: try codec.encode(read), as: UTF8.self) == #"["\#(text)"]"#)
    }

    @Test func everyMillisecondIsWrittenAsItWasRead() throws {
        let codec = JSONCodec()
        // A `Double` is on either side of the millisecond.
        for number in 0..<3_000 {
            let text =
                #"["2026-09-\#(10 + number % 20)T08:15:\#(10 + number % 50).\#(String(1_000 + number % 1_000).dropFirst())Z"]"#
            let read = try codec.decode([Date].self, from: Array(text.utf8))
            #expect(String(decoding: try codec.encode(read), as: UTF8.self) == text)
        }
    }

    @Test(arguments: [.nan, .infinity, -.infinity, -63_114_076_800.001, 252_423_993_600, 9e15, -1e300])
    func datesThatCouldNotBeReadAgainAreRefused(seconds: Double) {
        let error = #expect(throws: EncodingError.self) {
            try JSONCodec().encode([Date(timeIntervalSinceReferenceDate: seconds)])
        }
        #expect(error.map { "\($0)" }?.contains("Date") == true)
    }

    @Test func aSubclassIsDecodedThoughItsSuperclassIsNamed() throws {
        class Animal: Codable { var name = "" }
        class Dog: Animal {
            var barks = false
            required init(from decoder: any Decoder) throws {
                try super.init(from: decoder)
                barks = try decoder.container(keyedBy: JSONAnyKey.self).decode(
                    Bool.self,
                    forKey: JSONAnyKey("barks")
                )
            }
        }
        struct Kennel: Decodable {
            let animal: Animal
            init(from decoder: any Decoder) throws {
                var list = try decoder.unkeyedContainer()
                let kind: Animal.Type = Dog.self
                animal = try list.decode(kind)
            }
        }
        let text = #"{"name":"Rex","barks":true}"#
        let kind: Animal.Type = Dog.self
        #expect((try JSONCodec().decode(kind, from: Array(text.utf8)) as? Dog)?.barks == true)
        #expect((try JSONCodec().decode(Kennel.self, from: Array("[\(text)]".utf8)).animal as? Dog)?.barks == true)
    }

    @Test func keysMayBeOfAClassAndItsSubclass() throws {
        // `@unchecked Sendable`: it is never changed; only a final class may say so to the compiler.
        class Key: CodingKey, @unchecked Sendable {
            let stringValue: String
            var intValue: Int? { nil }
            required init?(stringValue: String) { self.stringValue = stringValue }
            required init?(intValue: Int) { nil }
        }
        final class SubKey: Key, @unchecked Sendable {}
        struct Both: Decodable {
            let names: [String]
            init(from decoder: any Decoder) throws {
                let keys = try decoder.container(keyedBy: SubKey.self as Key.Type).allKeys
                let subKeys: [SubKey] = try decoder.container(keyedBy: SubKey.self).allKeys
                names = keys.map(\.stringValue) + subKeys.map(\.stringValue)
            }
        }
        for _ in 0..<3 {
            let both = try JSONCodec().decode(Both.self, from: Array(#"{"a":1}"#.utf8))
            #expect(both.names == ["a", "a"])
        }
    }

    @Test func numbersThatJSONCannotHoldAreRefused() {
        for number in [Double.nan, .infinity] {
            #expect(throws: EncodingError.self) { try JSONCodec().encode([number]) }
        }
    }
}
