import EddaCore
import EddaTesting
import Testing

@Suite struct EventIDTests {
    @Test func readsAndWritesUUIDNotation() {
        let text = "01890a5d-ac96-774b-bcce-b302099a8057"
        let id = EventID(text)
        #expect(id?.description == text)
        #expect(EventID(text.uppercased()) == id)
        #expect(id?.bytes.count == 16)
        #expect(id?.bytes.first == 0x01)
        #expect(id?.bytes.last == 0x57)
    }

    @Test(
        arguments: [
            "", "01890a5d", "01890a5dac96774bbcceb302099a8057", "01890a5d-ac96-774b-bcce-b302099a805",
            "01890a5d-ac96-774b-bcce-b302099a80577", "g1890a5d-ac96-774b-bcce-b302099a8057",
            "01890a5d_ac96-774b-bcce-b302099a8057", "{1890a5d-ac96-774b-bcce-b302099a805}",
        ]
    )
    func refusesOtherTexts(_ text: String) {
        #expect(EventID(text) == nil)
    }

    /// RFC 9562, section 5.7: 48 bits of milliseconds, the version, the variant.
    @Test(arguments: [1, 2, 3] as [UInt64])
    func freshOnesAreUUIDsOfVersion7(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<200 {
            let milliseconds = Int64.random(in: 0..<(1 << 48), using: &generator)
            let id = EventID.generate(at: Timestamp(microseconds: milliseconds * 1_000 + 999), using: &generator)
            let bytes = id.bytes
            #expect(bytes.prefix(6).reduce(0) { $0 << 8 | Int64($1) } == milliseconds, "seed \(seed)")
            #expect(bytes[6] >> 4 == 7, "seed \(seed)")
            #expect(bytes[8] >> 6 == 0b10, "seed \(seed)")
            #expect(EventID(id.description) == id, "seed \(seed)")
            #expect(EventID(bytes: bytes) == id, "seed \(seed)")
        }
    }

    @Test func laterOnesAreGreater() {
        var generator = SeededGenerator(seed: 1)
        let ids = (0..<100).map { EventID.generate(at: Timestamp(microseconds: $0 * 1_000), using: &generator) }
        #expect(ids == ids.sorted())
        #expect(ids.map(\.description) == ids.map(\.description).sorted())
    }

    @Test func freshOnesDiffer() {
        let time = Timestamp.now()
        #expect(Set((0..<10_000).map { _ in EventID.generate(at: time) }).count == 10_000)
    }

    @Test func isMadeOfSixteenBytesOnly() {
        #expect(EventID(bytes: [UInt8](repeating: 1, count: 15)) == nil)
        #expect(EventID(bytes: [UInt8](repeating: 1, count: 17)) == nil)
    }

    @Test func isItsTextInJSON() throws {
        let codec = JSONCodec()
        let id = EventID.generate()
        let encoded = try codec.encode([id])
        #expect(String(decoding: encoded, as: UTF8.self) == "[\"\(id)\"]")
        #expect(try codec.decode([EventID].self, from: encoded) == [id])
        #expect(throws: DecodingError.self) { try codec.decode([EventID].self, from: Array(#"["x"]"#.utf8)) }
    }
}
