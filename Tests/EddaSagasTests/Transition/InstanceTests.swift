import EddaCore
import EddaSagas
import Testing

@Suite struct InstanceTests {
    @Test func anInstanceSurvivesBeingStored() throws {
        var bench = try Bench(FulfilOrder.self)
        try bench.succeed("reserve")
        try bench.reply("authorize", Replies.refusal)
        let codec = JSONCodec()
        let bytes = try codec.encode(bench.instance)
        #expect(try codec.decode(SagaInstance.self, from: bytes) == bench.instance)
        #expect(String(decoding: bytes, as: UTF8.self).contains("reservation"))  // People can read it.
    }

    @Test(arguments: [[], Array("plain \"text\"".utf8), [0xFF, 0x00, 0xC3], [0]] as [[UInt8]])
    func bytesOfAnyKindAreStored(_ bytes: [UInt8]) throws {
        let codec = JSONCodec()
        let stored = try codec.decode(StoredBytes.self, from: try codec.encode(StoredBytes(bytes)))
        #expect(stored.bytes == bytes)
    }

    @Test(arguments: ["order-1", "a/b", "x/undo", "é", "/"] as [SagaID])
    func everyKeyHasOneReading(_ saga: SagaID) throws {
        // The last one makes one character with the slash behind it.
        for step in ["reserve", "x\u{301}", "x\u{600}"] as [StepID] {
            for direction in [Direction.forward, .undo] {
                let key = SagaKey(saga: saga, step: step, direction: direction)
                #expect(SagaKey(key.text) == key)
                let again = SagaKey(saga: saga, step: step, direction: direction, round: 3)
                #expect(SagaKey(again.text) == again)
            }
        }
    }

    @Test(arguments: ["", "no-slash", "/step", "saga/", "undo", "/undo"])
    func textsThatAreNoKeysAreRefused(_ text: String) {
        #expect(SagaKey(text) == nil)
    }

    @Test func fingerprintsAreStableAndTellPlansApart() throws {
        let first = try SagaProgram.compile(FulfilOrder.self, schema: .init())
        let second = try SagaProgram.compile(PrepareOrder.self, schema: .init())
        #expect(first.fingerprint.count == 16)
        #expect(first.fingerprint != second.fingerprint)
        // Stored sagas carry this value, so a change of how it is computed strands them.
        #expect(first.fingerprint == "b165a3cbe0af6d33")
    }
}
