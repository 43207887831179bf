import EddaCore
import Testing

@Suite struct NameTests {
    @Test func takesAnyTextWithinItsLength() throws {
        for text in ["x", "order.placed", "größe ß", "👩‍🚀", String(repeating: "a", count: 255)] {
            #expect(try EventType(validating: text).rawValue == text)
            #expect(EventType(rawValue: text)?.description == text)
        }
    }

    @Test(
        arguments: [
            ("", "it is empty"), ("a\u{0}b", "control"), ("a\nb", "control"), ("\u{7F}", "control"),
            (String(repeating: "é", count: 128), "256 UTF-8 bytes, at most 255"),
        ]
    )
    func refusesByRule(_ text: String, _ reason: String) {
        let error = #expect(throws: InvalidName.self) { try EddaCore.Tag(validating: text) }
        #expect(error?.reason.contains(reason) == true)
        #expect(error?.kind == "tag")
        #expect(EddaCore.Tag(rawValue: text) == nil)
    }

    @Test func theErrorIsASentenceThatNamesTextAndRule() {
        let error = #expect(throws: InvalidName.self) { try EventType(validating: "") }
        #expect(error?.description == "\"\" cannot be an event type: it is empty.")
    }

    /// Swift holds both spellings of "é" for the same text; stores compare bytes.
    @Test func isEqualAndOrderedByBytes() {
        let composed: EddaCore.Tag = "\u{E9}"
        let combined: EddaCore.Tag = "e\u{301}"
        #expect(composed.rawValue == combined.rawValue)
        #expect(composed != combined)
        #expect(Set([composed, combined, composed]).count == 2)
        #expect(combined < composed)
        #expect((["b", "a", "B", "ä", "z"] as [EddaCore.Tag]).sorted() == ["B", "a", "b", "z", "ä"])
    }

    @Test func isABareStringInJSON() throws {
        let codec = JSONCodec()
        let encoded = try codec.encode(["order-1"] as [StreamID])
        #expect(String(decoding: encoded, as: UTF8.self) == #"["order-1"]"#)
        #expect(try codec.decode([StreamID].self, from: encoded) == ["order-1"])
        #expect(throws: (any Error).self) { try codec.decode([StreamID].self, from: Array(#"[""]"#.utf8)) }
    }
}

@Suite struct StreamIDTests {
    @Test(
        arguments: [
            ("order-1042", "order", "1042"), ("order", "order", "order"), ("a-b-c", "a", "b-c"),
            ("order-", "order", ""),
            ("größe-é-1", "größe", "é-1"), ("$saga-x", "$saga", "x"),
        ]
    )
    func isSplitAtItsFirstHyphen(_ text: String, _ category: String, _ key: String) throws {
        let id = try StreamID(validating: text)
        #expect(id.category.rawValue == category)
        #expect(id.key == key)
    }

    @Test func isMadeOfCategoryAndId() throws {
        #expect(try StreamID(category: "order", id: "10-42") == "order-10-42")
        #expect(throws: InvalidName.self) { try StreamID(category: "order", id: "") }
        #expect(throws: InvalidName.self) { try StreamID(category: "order", id: "a\u{7}") }
        #expect(try StreamID(category: "order", id: String(repeating: "x", count: 506)).rawValue.utf8.count == 512)
        #expect(throws: InvalidName.self) { try StreamID(category: "order", id: String(repeating: "x", count: 507)) }
    }

    @Test func hasACategoryThatIsNotEmpty() {
        #expect(throws: InvalidName.self) { try StreamID(validating: "-1") }
        #expect(throws: InvalidName.self) { try StreamCategory(validating: "a-b") }
    }

    @Test func categoriesWithADollarAreReserved() {
        #expect(("$saga" as StreamCategory).isReserved)
        #expect(!("saga$" as StreamCategory).isReserved)
    }
}
