#if CLI
import EddaCommands
import Foundation
import Testing

@testable import EddaTool

@Suite struct BenchRowTests {
    private func object(_ row: BenchRow) throws -> [String: Any] {
        let value = try JSONSerialization.jsonObject(with: Data(row.json.description.utf8))
        return try #require(value as? [String: Any])
    }

    private let row = BenchRow(
        workload: "append-1",
        unit: "event",
        operations: 8_000,
        seconds: 2,
        p50Micros: 100.12345,
        p99Micros: 200,
        limit: "one insert a transaction",
        limitPerSecond: 5_000,
        peakRSSMiB: 30
    )

    @Test func hasTheFieldsThatProgramsRead() throws {
        let object = try object(row)
        #expect(
            Set(object.keys) == [
                "workload", "operations", "seconds", "perSecond", "p50Micros", "p99Micros", "limit", "limitPerSecond",
                "shareOfLimit", "peakRSSMiB", "unit", "timed", "further", "note",
            ]
        )
        #expect(object["workload"] as? String == "append-1")
        #expect(object["operations"] as? Int == 8_000)
        #expect(object["perSecond"] as? Double == 4_000)
        #expect(object["shareOfLimit"] as? Double == 0.8)
        #expect(object["p50Micros"] as? Double == 100.123)
        #expect(object["timed"] as? String == "event")
        #expect(object["note"] is NSNull)
    }

    @Test func whatDoesNotApplyIsNull() throws {
        var row = row
        row.isRate = false
        (row.p50Micros, row.p99Micros, row.limit, row.limitPerSecond) = (nil, nil, nil, nil)
        let object = try object(row)
        for name in ["perSecond", "p50Micros", "p99Micros", "limit", "limitPerSecond", "shareOfLimit", "timed"] {
            #expect(object[name] is NSNull, "\(name)")
        }
        #expect(object["seconds"] as? Double == 2)
    }

    @Test func furtherFiguresStandApart() throws {
        var row = row
        row.further = [("seconds", 7), ("edda_events", 1.5)]
        row.timed = "append of 100 events"
        let object = try object(row)
        #expect(object["seconds"] as? Double == 2)
        #expect(object["further"] as? [String: Double] == ["seconds": 7, "edda_events": 1.5])
        #expect(object["timed"] as? String == "append of 100 events")
    }

    @Test func theTableShowsOperationsAndSecondsAndSurvivesWhatIsNoNumber() {
        var odd = row
        odd.workload = "odd"
        (odd.operations, odd.seconds) = (0, 0)
        odd.note = "there was nothing"
        let lines = [row, odd].rendered(width: nil).split(separator: "\n").map(String.init)
        #expect(lines.count == 4)
        #expect(lines[0].contains("OPERATIONS") && lines[0].contains("SECONDS") && lines[0].contains("UNIT"))
        #expect(lines[1].contains("8000") && lines[1].contains("2.00") && lines[1].contains("0.80"))
        #expect(lines[2].contains("–"))
        #expect(lines[3] == "odd: there was nothing.")
    }

    @Test(arguments: [(0.5, 50.0), (0.99, 99.0), (1, 100), (0.001, 1), (0, 1)])
    func percentilesAreTimesThatSoManyDidNotExceed(_ part: Double, _ expected: Double) {
        var latencies = Latencies()
        for micros in (1...100).shuffled() { latencies.add(.microseconds(micros)) }
        #expect(latencies.percentile(part) == expected)
    }

    @Test func percentilesOfOneAndOfNone() {
        var latencies = Latencies()
        #expect(latencies.percentile(0.5) == nil)
        var one = Latencies()
        one.add(.microseconds(7))
        latencies.add(one)
        #expect(latencies.percentile(0.5) == 7)
        #expect(latencies.percentile(0.99) == 7)
        #expect(latencies.count == 1)
    }
}
#endif
