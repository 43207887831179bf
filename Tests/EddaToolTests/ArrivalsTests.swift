#if CLI
import Testing

@testable import EddaTool

@Suite struct ArrivalsTests {
    @Test func eachIsAppendedWhenTheOneBeforeHasArrived() {
        var arrivals = Arrivals(expected: 2)
        #expect(arrivals.take(.said(.ready)) == .append)
        // Either may be heard of first.
        #expect(arrivals.take(.arrived(number: 0, at: 9_000)) == .wait)
        #expect(arrivals.take(.said(.appended(began: 1_000, returned: 4_000))) == .append)
        #expect(arrivals.take(.said(.appended(began: 20_000, returned: 30_000))) == .wait)
        // Seen before the append returned: no time at all.
        #expect(arrivals.take(.arrived(number: 1, at: 29_000)) == .finish)
        #expect(arrivals.delays.percentile(1) == 5)
        #expect(arrivals.delays.percentile(0.5) == 0)
        #expect(arrivals.appends.percentile(1) == 10)
    }

    @Test func nobodyWaitsForWhatDoesNotCome() {
        var arrivals = Arrivals(expected: 500)
        _ = arrivals.take(.said(.ready))
        _ = arrivals.take(.arrived(number: 0, at: 2))
        _ = arrivals.take(.said(.appended(began: 0, returned: 1)))
        let begin = "1 of 500 events arrived; "
        #expect(arrivals.take(.said(.failed("disk full"))) == .fail(begin + "the second process failed: disk full"))
        #expect(arrivals.take(.hungUp) == .fail(begin + "the second process ended before its time"))
        #expect(arrivals.take(.failed("following failed: closed")) == .fail(begin + "following failed: closed"))
        #expect(arrivals.take(.timeIsOver) == .fail(begin + "the next did not come in time"))
        #expect(arrivals.take(.arrived(number: 5, at: 2)) == .fail(begin + "number 5 came instead of the next"))
    }

    @Test func thereAreFewerWhenTheTimeIsUp() {
        var arrivals = Arrivals(expected: 500)
        _ = arrivals.take(.said(.ready))
        #expect(arrivals.take(.timeIsUp) == .wait)
        #expect(arrivals.take(.said(.appended(began: 0, returned: 1))) == .wait)
        #expect(arrivals.take(.arrived(number: 0, at: 2)) == .finish)
        #expect(arrivals.delays.count == 1)
    }

    @Test(arguments: [
        BenchChild.Report.ready, .appended(began: 12, returned: .max), .failed("storage: disk full"),
    ])
    func reportsAreLines(_ report: BenchChild.Report) {
        #expect(BenchChild.Report(line: report.line[...]) == report)
    }

    @Test func reasonsStayOnOneLine() {
        #expect(BenchChild.Report.failed("one\ntwo").line == "failed one two")
        #expect(BenchChild.Report(line: "nonsense") == nil)
        #expect(BenchChild.Report(line: "appended 1") == nil)
    }
}
#endif
