import EddaCore
import EddaTesting
import Testing

@testable import EddaProjections

@Suite struct RebuildMeterTests {
    @Test func rateAndRemainingTimeAreOfThisRun() throws {
        let time = ManualTime()
        var meter = RebuildMeter(projection: "p", started: time.now(), before: 400, done: 400, total: 1_000)
        #expect(meter.initial(at: time.now()).eventsPerSecond == nil)
        #expect(meter.initial(at: time.now()).remaining == nil)
        time.advance(by: .seconds(2))
        let report = meter.advance(by: 200, at: time.now())
        let progress = try #require(report)
        #expect(progress.done == 600 && progress.total == 1_000 && progress.fraction == 0.6)
        #expect(progress.eventsPerSecond == 100)
        #expect(progress.remaining == .seconds(4))
        #expect(progress.elapsed == .seconds(2))
    }

    @Test func reportsAreAtLeastATenthOfASecondApart() {
        let time = ManualTime()
        var meter = RebuildMeter(projection: "p", started: time.now(), before: 0, done: 0, total: 1_000)
        var reports = 0
        for _ in 0..<100 {
            time.advance(by: .milliseconds(10))
            if meter.advance(by: 1, at: time.now()) != nil { reports += 1 }
        }
        #expect(reports == 10)
    }

    @Test func theLastReportIsComplete() {
        let time = ManualTime()
        var meter = RebuildMeter(projection: "p", started: time.now(), before: 0, done: 0, total: 3)
        _ = meter.advance(by: 5, at: time.now())
        let last = meter.final(at: time.now())
        #expect(last.done == 5 && last.total == 5 && last.fraction == 1 && last.remaining == .zero)
        let nothing = RebuildMeter(projection: "p", started: time.now(), before: 0, done: 0, total: 0)
        #expect(nothing.final(at: time.now()).fraction == 1)
    }
}
