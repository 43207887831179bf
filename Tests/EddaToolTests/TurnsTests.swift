#if CLI
import Synchronization
import Testing

@testable import EddaTool

/// Time that passes only when somebody says so.
private final class FakeTime: Sendable {
    private let now = Mutex(Duration.zero)

    func pass(_ duration: Duration) { now.withLock { $0 += duration } }

    var elapsed: Duration { now.withLock { $0 } }

    func share(_ limit: Duration?) -> TimeShare {
        let begin = elapsed
        return TimeShare(limit) { self.elapsed - begin }
    }
}

@Suite struct TurnsTests {
    private let time = FakeTime()

    /// Measures bodies that take so long an operation.
    private func measure(
        _ operations: Int,
        batch: Int = 1,
        part: Double = 1,
        share: TimeShare,
        ours: Duration,
        limit: Duration
    ) async throws -> BenchRow {
        try await Turns.measure(
            "fake",
            operations: operations,
            batch: batch,
            part: part,
            share: share,
            limit: "faster",
            ours: { count in
                time.pass(ours * count)
                var latencies = Latencies()
                for _ in 0..<(count / batch) { latencies.add(ours * batch) }
                return latencies
            },
            limit: { count in time.pass(limit * count) }
        )
    }

    @Test func allOperationsAreMeasuredWhenThereIsTime() async throws {
        let row = try await measure(8_000, share: time.share(nil), ours: .microseconds(200), limit: .microseconds(100))
        #expect(row.operations == 8_000)
        #expect(abs(row.seconds - 1.6) < 0.000_001)
        #expect(abs(row.perSecond - 5_000) < 0.001)
        #expect(abs((row.limitPerSecond ?? 0) - 10_000) < 0.001)
        #expect(row.shareOfLimit.map { abs($0 - 0.5) < 0.001 } == true)
        #expect(row.p50Micros == 200)
        #expect(row.note == nil)
        // A quarter of a turn goes before.
        #expect(time.elapsed == .microseconds(300) * 8_240)
    }

    @Test func noRoundBeginsThatWouldTakeTooLong() async throws {
        // A round takes 0.3 s, what goes before it 0.075 s: three rounds fit into a second.
        let share = time.share(.seconds(1))
        let row = try await measure(8_000, share: share, ours: .microseconds(200), limit: .microseconds(100))
        #expect(row.operations == 3_000)
        #expect(abs(row.perSecond - 5_000) < 0.001)
        #expect(row.note == "the time was over before 8000 operations")
        #expect(share.spent <= .seconds(1))
    }

    @Test func aSlowDiskMakesTurnsShorter() async throws {
        // With syncs of 5 ms a turn as it was planned would take ten seconds, and so the whole 88.
        let share = time.share(.seconds(8))
        let row = try await measure(8_000, share: share, ours: .milliseconds(5), limit: .milliseconds(5))
        #expect(row.operations >= 200)
        #expect(row.operations < 8_000)
        #expect(row.note != nil)
        #expect(abs(row.perSecond - 200) < 0.001)
        #expect(share.spent <= .seconds(8))
    }

    @Test(arguments: [64, 256]) func eachCallerHasAnOperationInEachTurn(_ callers: Int) async throws {
        // There is no time for two rounds of one operation each.
        let row = try await measure(
            callers * 100,
            batch: callers,
            share: time.share(.seconds(30)),
            ours: .milliseconds(100),
            limit: .milliseconds(100)
        )
        #expect(row.operations == callers)
        #expect(row.note != nil)
    }

    @Test func somethingIsMeasuredWhenTheTimeIsAlreadyOver() async throws {
        let row = try await measure(800, share: time.share(.zero), ours: .seconds(1), limit: .seconds(1))
        #expect(row.operations > 0)
        #expect(row.operations <= 100)
        #expect(time.elapsed < .seconds(60))
    }

    @Test(arguments: [800, 1_000, 2_345, 200_000]) func turnsAreOfWholeBatches(_ operations: Int) async throws {
        let counts = Mutex<[Int]>([])
        let row = try await Turns.measure(
            "batches",
            operations: operations,
            batch: 100,
            share: time.share(nil),
            limit: "none",
            ours: { count in
                counts.withLock { $0.append(count) }
                time.pass(.microseconds(count))
                return Latencies()
            },
            limit: { count in
                #expect(counts.withLock { $0.last } == count)
                time.pass(.microseconds(count))
            }
        )
        #expect(row.operations <= operations)
        #expect(row.operations > operations - 800)
        let measured = counts.withLock { $0.suffix(Turns.rounds) }
        #expect(measured.reduce(0, +) == row.operations)
        #expect(counts.withLock { $0.allSatisfy { $0 % 100 == 0 && $0 > 0 } })
    }

    @Test func measurementsOfOneWorkloadSharePartsOfItsTime() async throws {
        let share = time.share(.seconds(9))
        var ends: [Duration] = []
        for part in [1.0 / 3, 1.0 / 2, 1] {
            _ = try await measure(80_000, part: part, share: share, ours: .milliseconds(1), limit: .milliseconds(1))
            ends.append(share.spent)
        }
        #expect(ends[0] <= .seconds(3))
        #expect(ends[1] <= .seconds(6) && ends[1] > .seconds(4))
        #expect(ends[2] <= .seconds(9) && ends[2] > .seconds(7))
    }

    /// Whatever the machine: each workload keeps to its share, and so the run to its time.
    @Test(arguments: [0.3, 1, 2, 20, 200]) func aRunEndsInTimeOnAnyMachine(_ slowness: Double) async throws {
        let limit = Duration.seconds(280)
        let entries = Bench.workloads
        var cut = 0
        for (index, entry) in entries.enumerated() {
            let share = time.share(
                TimeShare.next(of: limit - time.elapsed, usual: entries[index...].map { .seconds($0.seconds) })
            )
            let operations = 16_000
            let usual = Duration.seconds(entry.seconds) * slowness
            let row = try await measure(
                operations,
                share: share,
                ours: usual / operations / 2,
                limit: usual / operations / 2
            )
            if row.note != nil { cut += 1 }
        }
        #expect(time.elapsed <= .seconds(290))
        // A machine somewhat slower than the reference one still measures everything.
        if slowness <= 1 { #expect(cut == 0) } else if slowness >= 20 { #expect(cut == entries.count) }
    }

    @Test func aShareIsReckonedByWhatWorkloadsUsuallyTake() {
        let usual: [Duration] = [.seconds(10), .seconds(30), .seconds(60)]
        #expect(TimeShare.next(of: .seconds(200), usual: usual) == .seconds(20))
        // What the first has left over is for all that follow.
        #expect(TimeShare.next(of: .seconds(198), usual: Array(usual.dropFirst())) == .seconds(66))
        #expect(TimeShare.next(of: .seconds(180), usual: [.seconds(60)]) == .seconds(180))
        #expect(TimeShare.next(of: .seconds(-3), usual: usual) == .zero)
    }
}
#endif
