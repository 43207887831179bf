import EddaCore
import EddaTesting
import Foundation
import Testing

/// What ``JSONCodec`` writes, and that Foundation writes the same.
///
/// A million values: `EDDA_JSON_VALUES=1000000 swift test --filter JSONEncodingTests`.
@Suite struct JSONEncodingTests {
    private let codec = JSONCodec()
    private let foundation = FoundationCodec()

    /// What both encoders make of a value: the bytes, or the error's kind and place.
    private func difference(_ value: some Encodable) -> String? {
        func outcome(_ encode: () throws -> [UInt8]) -> String {
            do {
                return String(decoding: try encode(), as: UTF8.self)
            } catch EncodingError.invalidValue(_, let context) {
                return "invalid at \(context.codingPath.map(\.stringValue))"
            } catch {
                return "\(error)"
            }
        }
        let ours = outcome { try codec.encode(value) }
        let theirs = outcome { try foundation.encode(value) }
        return ours.utf8.elementsEqual(theirs.utf8) ? nil : "\(ours)\nbut\n\(theirs)"
    }

    private func expectAgreement(_ value: some Encodable) {
        let difference = difference(value)
        #expect(difference == nil)
    }

    // guarantees: G14
    @Test func valuesAreWrittenAsFoundationWritesThem() {
        let environment = ProcessInfo.processInfo.environment
        let count = environment["EDDA_JSON_VALUES"].flatMap { UInt64($0) } ?? 20_000
        let first = environment["EDDA_JSON_SEED"].flatMap { UInt64($0) } ?? 1
        var differences = 0
        for seed in first..<first + count where differences < 20 {
            var make = JSONValueMaker(seed: seed)
            let found: String? =
                switch seed % 8 {
                case 0: difference(make.any())
                case 1: difference(make.list(20) { $0.double() })
                case 2: difference(make.list(20) { $0.float() })
                case 3: difference(make.list(5) { $0.date() })
                case 4, 5: difference(EncodingSubjects.Stepped(steps: make.list(12) { .random(&$0) }))
                default: difference(EncodingSubjects.Everything(&make))
                }
            guard let found else { continue }
            differences += 1
            Issue.record("seed \(seed): \(found)")
        }
    }

    @Test func aDocumentMayBeAnyValue() {
        expectAgreement("text \"\\ \u{1}")
        expectAgreement("")
        expectAgreement(-0.0)
        expectAgreement(1.0)
        expectAgreement(Float(0.1))
        expectAgreement(Int64.min)
        expectAgreement(UInt64.max)
        expectAgreement(true)
        expectAgreement(Int?.none)
        expectAgreement(Int?.some(1))
        expectAgreement([Int]())
        expectAgreement([String: Int]())
        expectAgreement(Date(timeIntervalSince1970: 0))
        expectAgreement(Date?.some(Date(timeIntervalSince1970: 0.5)))
        expectAgreement(Data([1, 2]))
        expectAgreement(URL(string: "https://example.org/a b?c=ü")!)
        expectAgreement(UUID(uuidString: "E621E1F8-C36C-495A-93FC-0C247A3E6E5F")!)
        expectAgreement(Decimal(string: "-12.50")!)
        expectAgreement([Date(timeIntervalSince1970: 1), nil])
        expectAgreement([[], [[1]]])
    }

    @Test func valuesThatEncodeNothingAreEmptyObjects() throws {
        expectAgreement(EncodingSubjects.Nothing())
        #expect(throws: EncodingError.self) { try codec.encode(EncodingSubjects.Nothing()) }
        #expect(String(decoding: try codec.encode([EncodingSubjects.Nothing()]), as: UTF8.self) == "[{}]")
    }

    @Test func superclassesHaveAKeyOrShareTheObject() throws {
        expectAgreement(EncodingSubjects.Derived())
        expectAgreement(EncodingSubjects.Beside())
        #expect(
            String(decoding: try codec.encode(EncodingSubjects.Derived()), as: UTF8.self)
                == #"{"extra":3,"super":{"name":"base"}}"#
        )
    }

    @Test func keysAreOrderedByTheirBytes() throws {
        for count in [2, 8, 24, 25, 300] {
            let keys =
                (0..<count).map { "a key with a long beginning \($0)" } + [
                    "", "a", "B", "\u{E9}", "\u{1F600}", "z\u{0}",
                ]
            expectAgreement(Dictionary(uniqueKeysWithValues: keys.enumerated().map { ($1, $0) }))
        }
    }

    @Test(arguments: [1, 30])
    func ofAKeyThatIsEncodedTwiceTheLastCounts(others: Int) throws {
        struct Twice: Encodable {
            let others: Int
            func encode(to encoder: any Encoder) throws {
                var container = encoder.container(keyedBy: JSONAnyKey.self)
                for number in 0..<others { try container.encode(number, forKey: JSONAnyKey("z\(number)")) }
                try container.encode(1, forKey: JSONAnyKey("e"))
                try container.encode(2, forKey: JSONAnyKey("a"))
                try container.encode("3", forKey: JSONAnyKey("e"))
            }
        }
        expectAgreement(Twice(others: others))
        #expect(String(decoding: try codec.encode(Twice(others: 0)), as: UTF8.self) == #"{"a":2,"e":"3"}"#)
    }

    @Test func numbersThatJSONCannotHoldAreRefusedByPlace() throws {
        struct Measures: Encodable {
            var inner: [String: Double]
            var small: Float = 1
        }
        expectAgreement(Measures(inner: ["a": .infinity]))
        expectAgreement(Measures(inner: [:], small: .nan))
        expectAgreement(-Double.infinity)
        // Foundation writes this one as a word that nobody reads.
        #expect(throws: EncodingError.self) { try codec.encode(["amount": Decimal.nan]) }
        let error = #expect(throws: EncodingError.self) { try codec.encode([Measures(inner: ["a": .nan])]) }
        guard case .invalidValue(let value, let context)? = error else {
            return #expect(Bool(false), "\(error as Any)")
        }
        #expect((value as? Double)?.isNaN == true)
        #expect(context.codingPath.map(\.stringValue) == ["Index 0", "inner", "a"])
        #expect(context.codingPath.map(\.intValue) == [0, nil, nil])
    }

    @Test func depthIsBounded() throws {
        indirect enum Nest: Encodable {
            case end
            case list(Nest)
            static func of(_ depth: Int) -> Nest { (1..<depth).reduce(.end) { nest, _ in .list(nest) } }
            func encode(to encoder: any Encoder) throws {
                var container = encoder.unkeyedContainer()
                if case .list(let inner) = self { try container.encode(inner) }
            }
        }
        for depth in [510, 511, 512, 600] { expectAgreement(Nest.of(depth)) }
        #expect(try codec.encode(Nest.of(511)).count == 1_022)
        #expect(throws: EncodingError.self) { try codec.encode(Nest.of(512)) }
    }

    /// Foundation's encoder traps, or forgets one of the two.
    @Test func twoValuesInOnePlaceAreRefused() throws {
        struct Two: Encodable {
            let body: @Sendable (any Encoder) throws -> Void
            func encode(to encoder: any Encoder) throws { try body(encoder) }
        }
        let cases: [@Sendable (any Encoder) throws -> Void] = [
            { encoder in
                _ = encoder.container(keyedBy: JSONAnyKey.self)
                _ = encoder.unkeyedContainer()
            },
            { encoder in
                var container = encoder.singleValueContainer()
                try container.encode(1)
                try container.encode(2)
            },
            { encoder in
                var container = encoder.container(keyedBy: JSONAnyKey.self)
                try container.encode(1, forKey: JSONAnyKey("a"))
                _ = container.nestedUnkeyedContainer(forKey: JSONAnyKey("a"))
            },
            { encoder in
                _ = encoder.unkeyedContainer()
                var container = encoder.singleValueContainer()
                try container.encode("a")
            },
        ]
        for body in cases {
            let error = #expect(throws: EncodingError.self) { try codec.encode(["key": Two(body: body)]) }
            guard case .invalidValue(_, let context)? = error else { return #expect(Bool(false), "\(error as Any)") }
            #expect(context.codingPath.first?.stringValue == "key")
        }
    }

    /// Foundation's encoder lets it get into what is encoded next.
    @Test func whatThrowsLeavesNothing() throws {
        struct Careful: Encodable {
            func encode(to encoder: any Encoder) throws {
                var container = encoder.container(keyedBy: JSONAnyKey.self)
                try? container.encode(EncodingSubjects.HalfWritten(), forKey: JSONAnyKey("a"))
                var list = container.nestedUnkeyedContainer(forKey: JSONAnyKey("list"))
                try? list.encode(EncodingSubjects.HalfWritten())
                try list.encode(list.count)
                try container.encode([1], forKey: JSONAnyKey("b"))
            }
        }
        #expect(String(decoding: try codec.encode(Careful()), as: UTF8.self) == #"{"b":[1],"list":[0]}"#)
        #expect(throws: EncodingSubjects.HalfWritten.Refusal.self) {
            try codec.encode([EncodingSubjects.HalfWritten()])
        }
    }

    @Test func largeDocumentsAreWrittenWhole() throws {
        let text = String(repeating: "0123456789 ü\n", count: 100_000)
        expectAgreement([text, text])
        expectAgreement(Dictionary(uniqueKeysWithValues: (0..<20_000).map { ("\u{E9}\($0)", ["\($0)": $0]) }))
    }

    @Test func manyThreadsEncodeAtOnce() async throws {
        let value = ["numbers": Array(0..<200), "more": Array(0..<50)]
        let bytes = try codec.encode(value)
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<8 {
                group.addTask { [codec] in
                    try (0..<100).allSatisfy { _ in try codec.encode(value) == bytes }
                }
            }
            for try await agrees in group { #expect(agrees) }
        }
    }
}
