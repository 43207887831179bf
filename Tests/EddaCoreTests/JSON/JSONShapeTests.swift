import EddaTesting
import Foundation
import Testing

@testable import EddaCore

/// Documents whose keys were expected, and documents whose keys were not.
@Suite struct JSONShapeTests {
    private struct Item: Codable, Equatable {
        struct Gift: Codable, Equatable {
            var recipient: String
            var wrapped: Bool?
        }
        var sku: String
        var name: String?
        var quantity: Int
        var price: Double?
        var gift: Gift?
        var id: String?
        var aVeryLongNameForAKeyThatNobodyWouldType: [Int]?
    }

    private let codec = JSONCodec()
    private let foundation = FoundationCodec()

    /// What a test of what is known rests on.
    ///
    /// On a thread of its own: others have decoded whatever other tests need.
    @Test func aThreadReadsOneDocumentAfterAnotherWithTheSameOwner() async throws {
        let reading = try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread { continuation.resume(with: Result { try readOneAfterAnother() }) }
        }
        #expect(reading.wasGivenBack)
        #expect(reading.failure is DecodingError)
        #expect(reading.hasSameOwner)
        #expect(reading.isExpected)
    }

    /// What came of several documents on one thread.
    private struct Reading: Sendable {
        /// Whether the owner was taken back from who had it.
        var wasGivenBack: Bool
        /// What a document that ends too early threw.
        var failure: (any Error)?
        /// Whether the last document had the first owner.
        var hasSameOwner: Bool
        /// Whether the keys of the last document were expected.
        var isExpected: Bool
    }

    private func readOneAfterAnother() throws -> Reading {
        var first: JSONTapeOwner? = JSONTapeOwner.take()
        let identity = first.map { ObjectIdentifier($0) }
        JSONTapeOwner.giveBack(&first)
        _ = try decode(#"{"quantity":1,"sku":"a"}"#)
        var failure: (any Error)?
        do { _ = try decode(#"{"quantity":1,"#) } catch { failure = error }
        _ = try codec.decode([Int].self, from: Array("[\((0..<50_000).map(String.init).joined(separator: ","))]".utf8))
        var second: JSONTapeOwner? = JSONTapeOwner.take()
        defer { JSONTapeOwner.giveBack(&second) }
        let tape = try Array(#"{"quantity":2,"sku":"b"}"#.utf8).withUnsafeBufferPointer { bytes in
            try JSONTapeOwner.read(bytes, as: ObjectIdentifier(Item.self), by: second)
        }
        return Reading(
            wasGivenBack: first == nil,
            failure: failure,
            hasSameOwner: second.map { ObjectIdentifier($0) } == identity,
            isExpected: tape.content.pointee.shape != nil
        )
    }

    private func decode(_ text: String) throws -> Item { try codec.decode(Item.self, from: Array(text.utf8)) }

    @Test func whatEdasOwnEncoderWroteIsReadBack() throws {
        var random = SeededGenerator(seed: 11)
        for number in 0..<2_000 {
            let item = Item(
                sku: String(repeating: "s", count: Int.random(in: 0...20, using: &random)),
                name: Bool.random(using: &random) ? "Größe \(number)" : nil,
                quantity: .random(in: -5...5, using: &random),
                price: Bool.random(using: &random) ? .random(in: -10...10, using: &random) : nil,
                gift: Bool.random(using: &random) ? .init(recipient: "\"A\"", wrapped: .random(using: &random)) : nil,
                id: Bool.random(using: &random) ? "\(number)" : nil,
                aVeryLongNameForAKeyThatNobodyWouldType: Bool.random(using: &random) ? [number] : nil
            )
            #expect(try codec.decode(Item.self, from: codec.encode(item)) == item)
        }
    }

    @Test(arguments: [
        #"{"name":"b","quantity":1,"sku":"a"}"#,
        #"{"quantity":1,"sku":"a"}"#,
        #"{"gift":{"recipient":"r"},"quantity":1,"sku":"a"}"#,
        #"{"sku":"a","quantity":1}"#,
        #"{"quantity":1,"sku":"a","sku":"b"}"#,
        #"{"quantity":1,"quantity":2,"sku":"a"}"#,
        #"{"quantity":1,"sku":"a","unknown":[1,{"x":2}]}"#,
        #"{"aa":1,"quantity":1,"sku":"a"}"#,
        #"{"quantity" :1,"sku":"a"}"#,
        #"{"quantity":1, "sku":"a"}"#,
        #"{"quantity":1,"sku":"a",}"#,
        #"{"quantity":1,"sku":"a" }"#,
        #"{"name":"b", "quantity":1, "sku":"a"}"#,
        #"{"name":"b" ,"quantity":1,"sku":"a"}"#,
        #"{"id":"i", "sku":"a", "quantity":1}"#,
        "{\"id\":\"i\",\n \"name\": \"n\",\n \"quantity\": 1,\n \"sku\": \"a\"\n}",
        #" {"quantity":1,"sku":"a"} "#,
        #"{"quantity":-1,"sku":"a\n\u0041"}"#,
        #"{"quantity":1e0,"sku":"ä","price":1.5}"#,
        #"{"\u0071uantity":1,"sku":"a"}"#,
        #"{"quantity":null,"sku":"a"}"#,
        #"{"quantity":1,"sku":null}"#,
        #"{"":0,"quantity":1,"sku":"a"}"#,
        "{}", "[]", "null", "{", #"{"quantity""#, #"{"quantity":"#, #"{"quantity":1"#, #"{"quantity":1,"#,
        #"{"quantity":1,"sku":"a""#, #"{"quantity":1,"sku":"a"}}"#, #"{"quantity":1,"sku":"a"},"#, "",
        #"{"quantity":1:"sku":"a"}"#, #"{"quantity":1 2,"sku":"a"}"#, #"{"quantity":01,"sku":"a"}"#,
    ])
    func anyDocumentIsReadAsByFoundationWhateverWasReadBefore(text: String) throws {
        for before in [
            [], [#"{"quantity":1,"sku":"a"}"#],
            [#"{"gift":null,"id":"i","name":"n","price":1,"quantity":1,"sku":"a"}"#],
            [#"{"aa":1,"quantity":1,"sku":"a","unknown":1}"#, #"{"quantity":1,"sku":"a"}"#], [text, text],
        ] {
            // As a thread that has decoded nothing else.
            var owner: JSONTapeOwner? = JSONTapeOwner.take()
            defer { JSONTapeOwner.giveBack(&owner) }
            for one in before { _ = try? decode(one) }
            let ours = Result { try decode(text) }
            let theirs = Result { try foundation.decode(Item.self, from: Array(text.utf8)) }
            #expect((try? ours.get()) == (try? theirs.get()), "\(text) after \(before): \(ours)")
        }
    }

    @Test func noPartOfADocumentIsTakenForTheWhole() throws {
        let whole = Array(
            #"{"gift":{"recipient":"r"},"id":"12345678","name":"n","price":1.5,"quantity":7,"sku":"a"}"#.utf8
        )
        #expect(try codec.decode(Item.self, from: whole).quantity == 7)
        for count in 0..<whole.count {
            #expect(throws: DecodingError.self, "\(count) bytes") {
                try codec.decode(Item.self, from: Array(whole.prefix(count)))
            }
        }
    }

    private struct Keyed: Decodable {
        let values: [Int?]
        struct Key: CodingKey {
            let stringValue: String
            var intValue: Int? { nil }
            init(stringValue: String) { self.stringValue = stringValue }
            init?(intValue: Int) { nil }
        }
        static func keys(_ count: Int) -> [String] { (0..<count).map { "k\($0)" } }
        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: Key.self)
            values = try (Self.keys(100) + ["\u{212A}0"]).map {
                try container.decodeIfPresent(Int.self, forKey: Key(stringValue: $0))
            }
        }
    }

    @Test func moreKeysThanAreRememberedAreFoundToo() throws {
        var random = SeededGenerator(seed: 5)
        for _ in 0..<200 {
            let some = Keyed.keys(100).filter { _ in Int.random(in: 0..<10, using: &random) < 4 }.sorted()
            let text = "{" + some.map { "\"\($0)\":\($0.dropFirst())" }.joined(separator: ",") + "}"
            let values = try codec.decode(Keyed.self, from: Array(text.utf8)).values
            #expect(values == Keyed.keys(100).map { some.contains($0) ? Int($0.dropFirst()) : nil } + [nil])
        }
    }

    @Test func aKeyThatIsEquivalentToAnExpectedOneIsFound() throws {
        struct Kelvin: Decodable {
            enum CodingKeys: String, CodingKey { case kelvin = "\u{212A}" }
            let kelvin: Int?
        }
        for _ in 0..<3 { #expect(try codec.decode(Kelvin.self, from: Array(#"{"K":3}"#.utf8)).kelvin == 3) }
    }

    @Test func moreKindsThanAreRememberedAreReadToo() throws {
        struct Wrapped<T>: Decodable {
            let a: Int
            let b: Int?
        }
        // Keys of which none means the same as one of the others.
        struct Other<T>: Decodable {
            let b: Int?
            let c: Int
            let a: Int
        }
        func check<T>(_ type: T.Type, _ depth: Int) throws {
            for number in 0..<3 {
                let text = number == 1 ? #"{"a":\#(depth)}"# : #"{"a":\#(depth),"b":\#(number)}"#
                let read = try codec.decode(Wrapped<T>.self, from: Array(text.utf8))
                #expect(read.a == depth && read.b == (number == 1 ? nil : number))
                let other = try codec.decode(Other<T>.self, from: Array(#"{"a":\#(depth),"b":\#(number),"c":7}"#.utf8))
                #expect(other.a == depth && other.b == number && other.c == 7)
            }
            if depth > 0 { try check([T].self, depth - 1) }
        }
        for _ in 0..<4 { try check(Int.self, 80) }
    }
}

/// Decoders and containers that outlive the call they were made for, and documents in documents.
@Suite struct JSONKeptTests {
    private final class Keeper: Decodable {
        let decoder: any Decoder
        let container: KeyedDecodingContainer<Keys>
        enum Keys: String, CodingKey { case a, list }
        init(from decoder: any Decoder) throws {
            self.decoder = decoder
            container = try decoder.container(keyedBy: Keys.self)
        }
    }

    private struct ContainerKeeper: Decodable {
        let container: KeyedDecodingContainer<Keeper.Keys>
        init(from decoder: any Decoder) throws { container = try decoder.container(keyedBy: Keeper.Keys.self) }
    }

    private struct ListKeeper: Decodable {
        var list: any UnkeyedDecodingContainer
        init(from decoder: any Decoder) throws {
            list = try decoder.container(keyedBy: Keeper.Keys.self).nestedUnkeyedContainer(forKey: .list)
        }
    }

    private let codec = JSONCodec()
    private func decode<T: Decodable>(_ type: T.Type, _ text: String) throws -> T {
        try codec.decode(type, from: Array(text.utf8))
    }

    @Test func aDecoderThatIsKeptReadsItsDocumentLater() throws {
        var kept: [Keeper] = []
        for number in 0..<20 { kept.append(try decode(Keeper.self, #"{"a":\#(number),"list":["x"]}"#)) }
        for (number, keeper) in kept.enumerated() {
            #expect(try keeper.container.decode(Int.self, forKey: .a) == number)
            #expect(
                try keeper.decoder.container(keyedBy: Keeper.Keys.self).decode([String].self, forKey: .list) == ["x"]
            )
        }
    }

    @Test func anArrayThatIsKeptReadsItsDocumentLater() throws {
        var first = try decode(ListKeeper.self, #"{"list":[1,2,3]}"#)
        let second = try decode(ListKeeper.self, #"{"list":[4,5,6]}"#)
        #expect(try first.list.decode(Int.self) == 1)
        #expect(try first.list.decode(Int.self) == 2)
        #expect(second.list.count == 3 && second.list.codingPath.map(\.stringValue) == ["list"])
    }

    @Test func anObjectThatAloneIsKeptThrowsInsteadOfReadingAnother() throws {
        let kept = try decode(ContainerKeeper.self, #"{"a":1}"#)
        _ = try decode(ContainerKeeper.self, #"{"a":2}"#)
        #expect {
            try kept.container.decode(Int.self, forKey: .a)
        } throws: { "\($0)".contains("after the call that decoded its document") }
        #expect(throws: DecodingError.self) { try kept.container.decodeIfPresent(Int.self, forKey: .a) }
        #expect(kept.container.codingPath.isEmpty)
    }

    @Test func aDocumentInADocumentIsReadWhileTheOuterOneIs() throws {
        struct Outer: Decodable {
            let before, after: Int
            let inner: [String: Int]
            enum Keys: String, CodingKey { case before, inner, after }
            init(from decoder: any Decoder) throws {
                let container = try decoder.container(keyedBy: Keys.self)
                before = try container.decode(Int.self, forKey: .before)
                let text = try container.decode(String.self, forKey: .inner)
                inner = try JSONCodec().decode([String: Int].self, from: Array(text.utf8))
                after = try container.decode(Int.self, forKey: .after)
            }
        }
        for number in 0..<3 {
            let read = try decode(Outer.self, #"{"after":\#(number),"before":2,"inner":"{\"after\":9,\"x\":1}"}"#)
            #expect(read.before == 2 && read.after == number && read.inner == ["after": 9, "x": 1])
        }
    }

    @Test(.timeLimit(.minutes(10))) func aThreadThatEndsTakesItsOwnerAlongButNotWhatIsKept() async throws {
        for _ in 0..<4 {
            let ended = Ended()
            let keeper = try await withCheckedThrowingContinuation { continuation in
                let thread = Thread {
                    let keeper = Result { Sent(try decode(Keeper.self, #"{"a":5}"#)) }
                    _ = try? decode([String: [Int]].self, #"{"x":[1]}"#)
                    var owner: JSONTapeOwner? = JSONTapeOwner.take()
                    ended.owner = owner
                    JSONTapeOwner.giveBack(&owner)
                    continuation.resume(with: keeper)
                }
                thread.start()
            }
            // The owner goes in the thread's last moments, when nothing of the thread can tell of it.
            while ended.owner != nil {
                try Task.checkCancellation()
                await Task.yield()
            }
            #expect(try keeper.value.container.decode(Int.self, forKey: .a) == 5)
        }
    }

    /// `@unchecked Sendable`: written before the continuation is resumed, and only read after that.
    private final class Ended: @unchecked Sendable {
        weak var owner: JSONTapeOwner?
    }

    /// `@unchecked Sendable`: the thread that made it does not use it any more.
    private struct Sent<Value>: @unchecked Sendable {
        let value: Value
        init(_ value: Value) { self.value = value }
    }

    /// What tries one type after another for each element asks for the way to each.
    @Test(.timeLimit(.minutes(1))) func manyErrorsInOneDocumentCostWhatTheyAre() throws {
        let texts = (0..<100_000).map { "\"\($0)\"" }.joined(separator: ",")
        let read = try decode(AnyJSON.self, "{\"a\":[\(texts)],\"b\":[\(texts)]}")
        guard case .object(let members) = read, case .array(let elements) = members["b"] else {
            return #expect(Bool(false), "\(read)")
        }
        #expect(elements.count == 100_000)
    }
}
