import Testing

@testable import EddaCore

/// What a consumer does next, decided without clocks and stores. // acceptance: 19
@Suite struct ConsumerProgressTests {
    private var progress = ConsumerProgress(at: Position(10))

    private func at(_ seconds: Double) -> Moment {
        Moment(boot: "a", uptime: Int64(seconds * 1e9), wall: Timestamp(microseconds: 0))
    }

    private func page(upTo head: Int64, _ events: RecordedEvent...) -> EventPage {
        EventPage(events: events, head: Position(head))
    }

    private let event = RecordedEvent(
        position: Position(12),
        stream: "a-1",
        version: 1,
        recordedAt: Timestamp(microseconds: 0),
        event: EventData(type: "a", data: [])
    )

    @Test mutating func whatIsWantedIsDeliveredAndThenKept() {
        let step = progress.next(page(upTo: 14, event), wanted: [event], isFull: false, now: at(0))
        #expect(step == .deliver([event], upTo: Position(14)))
        #expect(progress.position == Position(10), "not before it has been handled")
        progress.didKeep(Position(14))
        #expect(progress.position == Position(14))
        #expect(!progress.isBehind)
    }

    @Test mutating func whatIsOfNoConcernIsPassedOverInMemory() {
        #expect(progress.next(page(upTo: 10), wanted: [], isFull: false, now: at(0)) == .wait(nil))
        #expect(progress.next(page(upTo: 12, event), wanted: [], isFull: true, now: at(0)) == .read)
        #expect(progress.next(page(upTo: 13), wanted: [], isFull: false, now: at(0.4)) == .wait(.milliseconds(600)))
        #expect(progress.position == Position(13))
        #expect(progress.stored == Position(10))
    }

    @Test mutating func aSecondLaterItIsKept() {
        _ = progress.next(page(upTo: 13), wanted: [], isFull: false, now: at(0))
        #expect(progress.next(page(upTo: 20), wanted: [], isFull: false, now: at(1)) == .keep(Position(20)))
        progress.didKeep(Position(20))
        #expect(progress.next(page(upTo: 20), wanted: [], isFull: false, now: at(1)) == .wait(nil))
    }

    @Test mutating func aThousandEventsLaterItIsKept() {
        #expect(progress.next(page(upTo: 1_009), wanted: [], isFull: true, now: at(0)) == .read)
        #expect(progress.next(page(upTo: 1_010), wanted: [], isFull: true, now: at(0)) == .keep(Position(1_010)))
    }

    @Test mutating func aCheckpointThatWasMovedCounts() {
        _ = progress.next(page(upTo: 500), wanted: [], isFull: false, now: at(0))
        progress.didKeep(Position(3))
        #expect(progress.position == Position(3))
        #expect(progress.stored == Position(3))
    }
}

/// How the events of a consumer are divided, and what becomes of its checkpoints. // guarantees: G5
@Suite struct ConsumerLayoutTests {
    private func names(_ layout: ConsumerLayout) -> [String] { layout.all.sorted().map(\.rawValue) }

    @Test func theHashIsTheSameEverywhere() {
        // The vectors of RFC 9923.
        #expect(FNV1a.hash("".utf8) == 0xCBF2_9CE4_8422_2325)
        #expect(FNV1a.hash("a".utf8) == 0xAF63_DC4C_8601_EC8C)
        #expect(FNV1a.hash("foobar".utf8) == 0x8594_4171_F739_67E8)
    }

    @Test func checkpointsNameTheDivision() throws {
        #expect(names(try ConsumerLayout("mailer", .all)) == ["mailer"])
        let layout = try ConsumerLayout("mailer", .of(2, index: 1, by: .tag("customer:")))
        #expect(names(layout) == ["mailer#0/2 by tag customer:", "mailer#1/2 by tag customer:"])
        #expect(layout.own == "mailer#1/2 by tag customer:")
        #expect(throws: StoreError.self) {
            try ConsumerLayout(CheckpointName(unchecked: String(repeating: "m", count: 250)), .of(2, index: 0))
        }
    }

    @Test func theFirstStartWritesAllShares() throws {
        let begin = try ConsumerLayout("mailer", .of(2, index: 1)).begin([], start: Position(7))
        #expect(begin.position == Position(7))
        #expect(begin.set.map(\.position) == [Position(7), Position(7)])
    }

    @Test func laterStartsWriteNothing() throws {
        let layout = try ConsumerLayout("mailer", .of(2, index: 1))
        let rows = [Checkpoint("mailer#0/2 by stream", Position(5)), Checkpoint("mailer#1/2 by stream", Position(9))]
        let begin = layout.begin(layout.rows(among: rows + [Checkpoint("mailers", .start)]), start: .start)
        #expect(begin.position == Position(9))
        #expect(begin.set.isEmpty && begin.remove.isEmpty)
    }

    @Test(arguments: [ConsumerShare.all, .of(3, index: 2), .of(2, index: 0, by: .tag("x:"))])
    func anotherDivisionBeginsWithTheOneFurthestBehind(_ share: ConsumerShare) throws {
        let rows = [Checkpoint("mailer#0/2 by stream", Position(5)), Checkpoint("mailer#1/2 by stream", Position(9))]
        let layout = try ConsumerLayout("mailer", share)
        let begin = layout.begin(layout.rows(among: rows), start: .start)
        #expect(begin.position == Position(5))
        #expect(begin.set.map(\.name) == layout.all.sorted())
        #expect(begin.set.allSatisfy { $0.position == Position(5) })
        #expect(begin.remove == rows.map(\.name))
    }
}
