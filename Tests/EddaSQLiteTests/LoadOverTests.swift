import EddaSQLite
import EddaTesting
import Testing

@testable import EddaCore

/// Decision models that are loaded over all that a query finds.
@Suite struct LoadOverTests {
    struct Numbered: Event {
        static let eventType: EventType = "tally.numbered"
        var number: Int
    }

    struct Named: Event {
        static let eventType: EventType = "tally.named"
        static let schemaVersion = 2
        var name: String
    }

    /// What its handlers were given, in order.
    struct Tally: DecisionModel, Equatable {
        static let handlers = EventHandlers<Tally> {
            On(Numbered.self) { tally, event in tally.seen.append("\(event.number)") }
            On(Named.self) { tally, event in tally.seen.append(event.name) }
        }
        var seen: [String] = []
    }

    /// JSON as a program's own codec, which is given arrays.
    struct OwnCodec: EventCodec {
        var contentType: String { "application/json" }
        func encode(_ value: some Encodable) throws -> [UInt8] { try JSONCodec().encode(value) }
        func decode<T: Decodable>(_ type: T.Type, from bytes: [UInt8]) throws -> T {
            try JSONCodec().decode(type, from: bytes)
        }
    }

    /// The stores that show events where they are, and one that does not.
    enum Kind: CaseIterable {
        case sqlite
        case ownCodec
        case inMemory
    }

    struct NamedV1: Codable {
        var title: String
    }

    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func store(_ kind: Kind) async throws -> any Store {
        let upcasters = [Upcaster("tally.named", from: 1) { (old: NamedV1) in Named(name: old.title + "!") }]
        let schema = try SchemaRegistry(
            codec: kind == .ownCodec ? OwnCodec() : JSONCodec(),
            upcasters: upcasters
        )
        if kind == .inMemory { return InMemoryStore(schema: schema) }
        return try await SQLiteStore(path: folder.file(), schema: schema)
    }

    /// Events of all kinds: numbers, names of both versions, some tagged, and what nobody handles, which is not even JSON.
    private func fill(_ store: any Store, _ count: Int) async throws {
        let schema = store.schema
        let entries = try (0..<count).map { number in
            let (type, version, data): (EventType, Int, [UInt8]) =
                switch number / 3 % 5 {
                case 0, 1: (Numbered.eventType, 1, try schema.encode(Numbered(number: number)))
                case 2: (Named.eventType, 2, try schema.encode(Named(name: "n\(number)")))
                case 3: (Named.eventType, 1, Array(#"{"title":"o\#(number)"}"#.utf8))
                default: ("tally.other", 1, [0xFF, 0, 0x22])
                }
            let tags: Set<EddaCore.Tag> = number % 100 == 7 ? ["rare:yes"] : []
            let event = EventData(type: type, schemaVersion: version, tags: tags, data: data)
            return Append.Entry(stream: StreamID(unchecked: "tally-\(number % 7)"), event: event)
        }
        try await store.append(Append(entries))
    }

    private func expected(
        _ query: EventQuery,
        _ store: any Store,
        after: Position = .start,
        upTo: Position? = nil
    ) async throws -> Tally {
        var tally = Tally()
        let page = try await store.events(matching: query, after: after, upTo: upTo, limit: .max)
        for event in page.events { try Tally.handlers.apply(event, to: &tally, schema: store.schema) }
        return tally
    }

    /// However the store is cut into pages and ranges, every event is folded once and in order.
    // acceptance: 20; guarantees: G5
    @Test(arguments: Kind.allCases)
    func everyEventIsFoldedOnceAndInOrder(kind: Kind) async throws {
        let store = try await store(kind)
        try await fill(store, 1_203)
        let queries = [
            EventQuery.all, EventQuery(types: ["tally.numbered"]), EventQuery(tags: ["rare:yes"]),
            EventQuery(category: "tally"), EventQuery(types: ["never"]),
            EventQuery([.init(types: ["tally.named"]), .init(tags: ["rare:yes"])]),
        ]
        for query in queries {
            let expected = try await expected(query, store)
            for pageSize in [1, 2, 7, 100, 1_203, 5_000] where pageSize > 2 || query != .all {
                var model = ReadModel<Tally>()
                try await model.catchUp(with: query, in: store, pageSize: pageSize)
                #expect(model.model == expected, "\(query), pages of \(pageSize)")
                #expect(model.head == Position(1_203))
            }
            let loaded = try await store.load(Tally.self, over: query)
            #expect(loaded.model == expected)
            #expect(loaded.head == Position(1_203))
        }
        await store.close()
    }

    @Test(arguments: Kind.allCases)
    func onlyWhatLiesBetweenTheBoundsIsFolded(kind: Kind) async throws {
        let store = try await store(kind)
        let empty = try await store.load(Tally.self)
        #expect(empty.model.seen.isEmpty)
        #expect(empty.head == .start)
        try await fill(store, 60)
        for (after, upTo, head) in [
            (0, 10, 10), (10, 10, 10), (10, 37, 37), (55, 1_000, 60), (60, 60, 60), (80, 90, 80),
        ] {
            let (after, upTo) = (Position(Int64(after)), Position(Int64(upTo)))
            let expected = try await expected(.all, store, after: after, upTo: upTo)
            for pageSize in [1, 4, 100] {
                var model = ReadModel<Tally>(after: after)
                try await model.catchUp(with: .all, in: store, upTo: upTo, pageSize: pageSize)
                #expect(model.model == expected)
                #expect(model.head == Position(Int64(head)))
            }
            #expect(try await store.load(Tally.self, after: after, upTo: upTo).model == expected)
        }
        await store.close()
    }

    /// Whoever meets it, an event that does not decode is named by position, type, version and stream.
    @Test(arguments: Kind.allCases)
    func anEventThatDoesNotDecodeIsNamed(kind: Kind) async throws {
        let store = try await store(kind)
        try await fill(store, 30)
        let damaged = EventData(type: Numbered.eventType, data: Array(#"{"number":"#.utf8))
        let newer = EventData(type: Named.eventType, schemaVersion: 3, data: Array(#"{"name":"a"}"#.utf8))
        try await store.append(Append([damaged], to: "count-5"))
        try await store.append(Append([newer], to: "count-6"))

        for pageSize in [1, 10, 1_000] {
            let error = await #expect(throws: SchemaError.self) {
                var model = ReadModel<Tally>()
                try await model.catchUp(with: .all, in: store, pageSize: pageSize)
            }
            #expect(error?.code == .notDecodable)
            for part in ["position 31", "tally.numbered", "version 1", "stream count-5"] {
                #expect(error?.description.contains(part) == true, "\(part): \(error?.description ?? "")")
            }
        }
        let later = await #expect(throws: SchemaError.self) { try await store.load(Tally.self, after: Position(31)) }
        #expect(later?.code == .newerVersion)
        #expect(later?.description.contains("stream count-6") == true)
        let aggregate = await #expect(throws: SchemaError.self) { try await store.load(Count.self, id: "5") }
        #expect(aggregate?.code == .notDecodable)
        #expect(aggregate?.description.contains("position 31") == true)
        #expect(aggregate?.description.contains("stream count-5") == true)
        await store.close()
    }

    struct Count: Aggregate {
        static let category: StreamCategory = "count"
        static let handlers = EventHandlers<Count> { On(Numbered.self) { count, _ in count.events += 1 } }
        var events = 0
    }

    /// A long stream is folded over several reads, a renewed one from what memory holds.
    @Test(arguments: Kind.allCases, [1, 127, 128, 129, 1_127, 1_128, 1_129, 2_500])
    func anAggregateIsFoldedToItsLastEvent(kind: Kind, length: Int) async throws {
        let store = try await store(kind)
        let events = (0..<length).map { Numbered(number: $0) }
        try await store.append(events, to: "count-1")
        for more in 0..<2 {
            let loaded = try await store.load(Count.self, id: "1")
            #expect(loaded.version == length + more)
            #expect(loaded.state.events == length + more)
            store.aggregates.removeAll()
            #expect(try await store.load(Count.self, id: "1").state.events == length + more)
            try await store.append([Numbered(number: 0)], to: "count-1")
        }
        await store.close()
    }

    /// Of a type's decoding that reads JSON itself, meanwhile, nobody's document is lost.
    @Test func whatIsDecodedMayDecodeDocumentsOfItsOwn() async throws {
        let store = try await store(.sqlite)
        try await store.append((0..<300).map { Nested(number: $0) }, to: "nested-1")
        let loaded = try await store.load(Nests.self)
        #expect(loaded.model.numbers == Array(0..<300))
        await store.close()
    }

    struct Nested: Event {
        static let eventType: EventType = "nested"
        var number: Int
        init(number: Int) { self.number = number }

        private enum Keys: String, CodingKey {
            case after
            case text
        }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: Keys.self)
            let text = try container.decode(String.self, forKey: .text)
            number = try JSONCodec().decode([Int].self, from: Array(text.utf8))[0]
            guard try container.decode(Int.self, forKey: .after) == number else {
                throw DecodingError.dataCorruptedError(forKey: .after, in: container, debugDescription: "not \(number)")
            }
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: Keys.self)
            try container.encode("[\(number)]", forKey: .text)
            try container.encode(number, forKey: .after)
        }
    }

    struct Nests: DecisionModel {
        static let handlers = EventHandlers<Nests> {
            On(Nested.self) { nests, event in nests.numbers.append(event.number) }
        }
        var numbers: [Int] = []
    }
}
