#if CLI
internal import Edda

/// One of several things that are measured by turns.
struct Side {
    /// How many operations a turn has.
    var count: Int
    /// Does so many operations; says how long each took.
    var run: (Int) async throws -> Latencies

    /// What a side came to.
    struct Result {
        var operations = 0
        var spent = Duration.zero
        var latencies = Latencies()

        var perSecond: Double { Double(operations) / (spent / .seconds(1)) }

        /// The row of this side, beside another.
        func row(_ workload: String, beside base: Result, _ limit: String) -> BenchRow {
            BenchRow(
                workload: workload,
                operations: operations,
                seconds: spent / .seconds(1),
                p50Micros: latencies.percentile(0.5),
                p99Micros: latencies.percentile(0.99),
                limit: limit,
                limitPerSecond: base.perSecond,
                peakRSSMiB: Memory.peakMiB(),
                further: [("addsMicros", (1 / perSecond - 1 / base.perSecond) * 1_000_000)]
            )
        }
    }

    /// Measures sides by turns, so that all meet the same machine; each round begins with another one.
    ///
    /// - Parameter until: When no further round begins; one is measured in any case.
    /// - Returns: What each came to, in their order.
    static func measure(_ sides: [Side], rounds: Int, until: ContinuousClock.Instant) async throws -> [Result] {
        let clock = ContinuousClock()
        for side in sides { _ = try await side.run(max(1, side.count / 4)) }
        Memory.resetPeak()
        var results = Array(repeating: Result(), count: sides.count)
        for round in 0..<rounds where round == 0 || clock.now < until {
            for turn in sides.indices {
                let index = (turn + round) % sides.count
                let start = clock.now
                let latencies = try await sides[index].run(sides[index].count)
                results[index].spent += clock.now - start
                results[index].latencies.add(latencies)
                results[index].operations += sides[index].count
            }
        }
        return results
    }
}
#endif
