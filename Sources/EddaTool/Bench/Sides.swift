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
        func row(_ workload: String, unit: String, beside base: Result, _ limit: String) -> BenchRow {
            BenchRow(
                workload: workload,
                unit: unit,
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
    /// No round begins that would take longer than there is time; one is measured in any case.
    ///
    /// - Parameter part: Which part of what is left of the share this may take, when others follow it.
    /// - Returns: What each came to, in their order.
    static func measure(
        _ workload: String,
        _ sides: [Side],
        rounds: Int,
        part: Double = 1,
        share: TimeShare = .current
    ) async throws -> [Result] {
        let end = share.left.map { share.spent + $0 * part }
        for side in sides { _ = try await side.run(max(1, side.count / 4)) }
        Memory.resetPeak()
        var results = Array(repeating: Result(), count: sides.count)
        var longest = Duration.zero
        for round in 0..<rounds {
            let begin = share.spent
            if round > 0, let end, begin + longest > end { break }
            for turn in sides.indices {
                let index = (turn + round) % sides.count
                let start = share.spent
                let latencies = try await sides[index].run(sides[index].count)
                results[index].spent += share.spent - start
                results[index].latencies.add(latencies)
                results[index].operations += sides[index].count
            }
            longest = max(longest, share.spent - begin)
            BenchProgress.current?.show(workload, rounds: round + 1, of: rounds)
        }
        return results
    }
}
#endif
