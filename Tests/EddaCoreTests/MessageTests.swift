import EddaCore
import EddaTesting
import Testing

@Suite struct MessageTests {
    static var full: Message {
        var message = minimal
        message.subject = "order 1"
        message.dataContentType = "application/json"
        message.dataSchema = "https://example.com/schema"
        message.traceParent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
        message.traceState = "vendor=x"
        message.correlationID = "größe"
        message.causationID = "cause"
        message.replyTo = "orders"
        message.deadline = Timestamp(microseconds: 1_900_000_000_000_001)
        message.compensates = "key-0"
        message.isWithdrawal = true
        message.firstSent = Timestamp(microseconds: 1_700_000_000_000_000)
        message.outcome = "succeeded"
        return message
    }

    static let minimal = Message(
        id: "1",
        source: "/orders",
        type: "inventory.reserve",
        destination: "inventory",
        time: Timestamp(microseconds: 1_767_225_600_123_456),
        partitionKey: "order-1",
        idempotencyKey: "key-1",
        data: [0, 1, 255]
    )

    @Test(arguments: [full, minimal])
    func survivesItsAttributes(_ message: Message) throws {
        #expect(try Message(attributes: message.attributes, data: message.data) == message)
        #expect(try Message(encodedAttributes: message.encodedAttributes(), data: message.data) == message)
    }

    @Test(arguments: [full, minimal])
    func storedAttributesAreTheAttributes(_ message: Message) {
        #expect(message.encodedAttributes() == AttributeText.encode(message.attributes))
    }

    /// The quick way of reading and the thorough one give the same message, or the same error.
    @Test func bothWaysOfReadingAgree() throws {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SeededGenerator(seed: seed)
        let texts = [
            "", "1.0", "a", "größe", "\"quoted\"", "back\\slash", "line\nbreak", "2026-11-21T08:15:30.123456Z",
            "2026-13-21T08:15:30Z", "\u{7F}", "𝄞", "true", "false", String(repeating: "x", count: 300),
        ]
        for _ in 0..<5_000 {
            var attributes = (Bool.random(using: &random) ? Self.full : Self.minimal).attributes
            for name in attributes.keys.sorted() where Int.random(in: 0..<12, using: &random) == 0 {
                attributes[name] = Bool.random(using: &random) ? nil : texts.randomElement(using: &random)
            }
            if Bool.random(using: &random) { attributes["unknown"] = texts.randomElement(using: &random) }
            var bytes = AttributeText.encode(attributes)
            if Int.random(in: 0..<4, using: &random) == 0 {
                // Perhaps an object still, perhaps no JSON, perhaps no UTF-8.
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = [0xFF, 0x22, 0x2C, 0x20, 0x5C, 0x7D]
                    .randomElement(using: &random)!
            }
            let quick = Result { () throws(MessageError) in try Message(encodedAttributes: bytes, data: [1]) }
            let thorough = Result { () throws(MessageError) in
                guard let read = AttributeText.decode(bytes) else {
                    throw MessageError(attribute: "(all)", problem: "are no JSON object of strings")
                }
                return try Message(attributes: read, data: [1])
            }
            #expect(quick == thorough, "seed \(seed): \(String(decoding: bytes, as: UTF8.self))")
        }
    }

    @Test func attributesHaveTheNamesOfCloudEvents() {
        #expect(
            Set(Self.full.attributes.keys) == [
                "specversion", "id", "source", "type", "destination", "time", "partitionkey", "idempotencykey",
                "subject",
                "datacontenttype", "dataschema", "traceparent", "tracestate", "correlationid", "causationid", "replyto",
                "deadline", "compensates", "withdrawal", "firstsent", "outcome",
            ]
        )
        #expect(Self.full.attributes["specversion"] == "1.0")
        // CloudEvents 1.0, section 3.1: names consist of lower-case letters and digits.
        #expect(Self.full.attributes.keys.allSatisfy { $0.allSatisfy { $0.isLowercase || $0.isNumber } })
    }

    @Test(arguments: ["specversion", "id", "source", "type", "destination", "time", "partitionkey", "idempotencykey"])
    func aMissingAttributeIsNamed(_ name: String) {
        var attributes = Self.full.attributes
        attributes[name] = nil
        let error = #expect(throws: MessageError.self) { try Message(attributes: attributes, data: []) }
        #expect(error?.attribute == name)
        #expect(error?.problem == "is missing")
    }

    @Test(
        arguments: [
            ("specversion", "0.3"), ("time", "now"),
            ("deadline", "2026-01-01"), ("firstsent", ""), ("type", ""),
            ("destination", "a\nb"), ("replyto", ""), ("withdrawal", "yes"),
        ]
    )
    func aMalformedAttributeIsNamed(_ name: String, _ value: String) {
        var attributes = Self.full.attributes
        attributes[name] = value
        let error = #expect(throws: MessageError.self) { try Message(attributes: attributes, data: []) }
        #expect(error?.attribute == name)
        #expect(error?.description.contains("attribute \(name)") == true)
    }

    @Test func attributesOfOthersArePassedOver() throws {
        var attributes = Self.full.attributes
        attributes["comexampleother"] = "x"
        #expect(try Message(attributes: attributes, data: Self.full.data) == Self.full)
    }

    @Test func bytesThatAreNoAttributesAreRefused() {
        for text in ["", "[]", #"{"id":1}"#, "{"] {
            #expect(throws: MessageError.self) { try Message(encodedAttributes: Array(text.utf8), data: []) }
        }
    }

    @Test func aRejectionNamesItsCode() {
        #expect(Rejection("stock.insufficient").description == "stock.insufficient")
        #expect(Rejection("stock.insufficient", "only 2 are left").description == "stock.insufficient: only 2 are left")
    }
}
