import EddaCore
import Testing

// acceptance: 22
@Suite struct SchemaTests {
    @Test func olderDataIsRewrittenStepByStep() throws {
        let schema = try SchemaRegistry(upcasters: [second, first])
        #expect(
            try schema.decode(Placed.self, from: stored(#"{"name":"ada"}"#, 1)) == Placed(customer: "ada", cents: 0)
        )
        #expect(
            try schema.decode(Placed.self, from: stored(#"{"customer":"ada","euros":2}"#, 2))
                == Placed(customer: "ada", cents: 200)
        )
        #expect(
            try schema.decode(Placed.self, from: stored(#"{"customer":"ada","cents":5}"#, 3))
                == Placed(customer: "ada", cents: 5)
        )
    }

    @Test func upcastersReadAndWriteWithTheCodecOfTheRegistry() throws {
        let schema = try SchemaRegistry(codec: MaskingCodec(), upcasters: [first, second])
        let data = try schema.encode(["name": "ada"])
        #expect(data.first != UInt8(ascii: "{"))
        #expect(try schema.decode(Placed.self, from: stored(data, 1)) == Placed(customer: "ada", cents: 0))
    }

    @Test func dataOfANewerProgramIsNamed() {
        let error = #expect(throws: SchemaError.self) {
            try SchemaRegistry().decode(Placed.self, from: stored("{}", 4))
        }
        #expect(error?.code == .newerVersion)
        #expect(error?.description.contains("position 7") == true)
        #expect(error?.description.contains("version 4 of order.placed") == true)
    }

    @Test func aMissingUpcasterIsNamed() throws {
        let schema = try SchemaRegistry(upcasters: [second])
        let error = #expect(throws: SchemaError.self) { try schema.decode(Placed.self, from: stored("{}", 1)) }
        #expect(error?.code == .missingUpcaster)
        #expect(error?.description.contains("version 1 of order.placed") == true)
    }

    @Test func aGapInAChainIsFoundAtStartUp() {
        let fourth = Upcaster("order.placed", from: 4) { (old: Placed) in old }
        let error = #expect(throws: SchemaError.self) { try SchemaRegistry(upcasters: [first, second, fourth]) }
        #expect(error?.code == .missingUpcaster)
        #expect(error?.description.contains("order.placed") == true)
        #expect(error?.description.contains("from 3") == true)
    }

    @Test func twoUpcastersFromOneVersionAreRefused() {
        let error = #expect(throws: SchemaError.self) { try SchemaRegistry(upcasters: [first, first]) }
        #expect(error?.code == .ambiguousUpcaster)
        #expect(error?.description.contains("order.placed") == true)
    }

    @Test func anotherTypeIsNotDecoded() {
        let error = #expect(throws: SchemaError.self) {
            try SchemaRegistry().decode(Placed.self, from: stored("{}", 3, type: "order.paid"))
        }
        #expect(error?.code == .wrongType)
    }

    @Test func dataThatDoesNotFitIsNamedByPositionAndStream() {
        let error = #expect(throws: SchemaError.self) {
            try SchemaRegistry().decode(Placed.self, from: stored(#"{"customer":1}"#, 3))
        }
        #expect(error?.code == .notDecodable)
        #expect(error?.description.contains("position 7") == true)
        #expect(error?.description.contains("order-1") == true)
        #expect(error?.underlying is DecodingError)
    }

    @Test func anUpcasterThatFailsIsNamed() throws {
        let schema = try SchemaRegistry(upcasters: [first, second])
        let error = #expect(throws: SchemaError.self) { try schema.decode(Placed.self, from: stored("{}", 1)) }
        #expect(error?.code == .notDecodable)
        #expect(error?.description.contains("from version 1") == true)
    }

    @Test func whatCannotBeEncodedIsNamed() {
        let error = #expect(throws: SchemaError.self) { try SchemaRegistry().encode(Measured(value: .nan)) }
        #expect(error?.code == .notEncodable)
        #expect(error?.description.contains("Measured") == true)
    }

    @Test func anEventBringsItsTypeVersionAndTags() throws {
        let data = try EventData(Placed(customer: "ada", cents: 5), schema: SchemaRegistry())
        #expect(data.type == "order.placed")
        #expect(data.schemaVersion == 3)
        #expect(data.tags == ["customer:ada"])
        #expect(String(decoding: data.data, as: UTF8.self) == #"{"cents":5,"customer":"ada"}"#)
    }

    private var first: Upcaster {
        Upcaster("order.placed", from: 1) { (old: [String: String]) in
            guard let name = old["name"] else { throw Rejection("no.name") }
            return PlacedV2(customer: name, euros: 0)
        }
    }

    private var second: Upcaster {
        Upcaster("order.placed", from: 2) { (old: PlacedV2) in Placed(customer: old.customer, cents: old.euros * 100) }
    }

    private func stored(_ json: String, _ version: Int, type: EventType = "order.placed") -> RecordedEvent {
        stored(Array(json.utf8), version, type: type)
    }

    private func stored(_ data: [UInt8], _ version: Int, type: EventType = "order.placed") -> RecordedEvent {
        RecordedEvent(
            position: Position(7),
            stream: "order-1",
            version: 2,
            recordedAt: Timestamp(microseconds: 0),
            event: EventData(type: type, schemaVersion: version, data: data)
        )
    }
}

private struct PlacedV2: Codable {
    var customer: String
    var euros: Int
}

private struct Placed: Event, Equatable {
    static let eventType: EventType = "order.placed"
    static let schemaVersion = 3
    var customer: String
    var cents: Int
    var tags: Set<EddaCore.Tag> { [EddaCore.Tag(unchecked: "customer:\(customer)")] }
}

private struct Measured: Event {
    static let eventType: EventType = "measured"
    var value: Double
}

/// JSON that nobody takes for JSON.
private struct MaskingCodec: EventCodec {
    var contentType: String { "application/x-masked" }

    func encode(_ value: some Encodable) throws -> [UInt8] { try JSONCodec().encode(value).map { $0 ^ 0x55 } }

    func decode<T: Decodable>(_ type: T.Type, from bytes: [UInt8]) throws -> T {
        try JSONCodec().decode(type, from: bytes.map { $0 ^ 0x55 })
    }
}
