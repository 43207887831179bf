#if CLI
internal import Edda

/// One of several things that are measured by turns.
struct Side {
    /// How many operations a turn has, if there is time.
    var count: Int
    /// Does so many operations; says how long each took.
    var run: (Int) async throws -> Latencies

    /// What a side came to.
    struct Result {
        var operations = 0
        var spent = Duration.zero
        var latencies = Latencies()
        /// What is said when there was no time for everything.
        var note: String?

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
                further: [("addsMicros", (1 / perSecond - 1 / base.perSecond) * 1_000_000)],
                note: note
            )
        }
    }

    /// Measures sides by turns, so that all meet the same machine; each round begins with another one.
    ///
    /// Where two rounds would take longer than there is time, the turns of all become shorter, in proportion; when the
    /// time is over, no further round begins. One is measured in any case.
    ///
    /// - Parameters:
    ///   - batch: How many operations are done at a time: one for each caller. A turn never has fewer.
    ///   - part: Which part of what is left of the share this may take, when others follow it.
    /// - Returns: What each came to, in their order.
    static func measure(
        _ workload: String,
        _ sides: [Side],
        rounds: Int,
        batch: Int = 1,
        part: Double = 1,
        share: TimeShare = .current
    ) async throws -> [Result] {
        let first = sides[0].count
        var plan = Turns.Plan(
            operations: first * rounds,
            rounds: rounds,
            batch: batch,
            allowed: share.left.map { $0 * part }
        )
        let begin = share.spent
        while let count = plan.warmUp(after: share.spent - begin) {
            for side in sides { _ = try await side.run(max(1, side.count * count / first)) }
        }
        Memory.resetPeak()
        var results = Array(repeating: Result(), count: sides.count)
        while let count = plan.round(after: share.spent - begin) {
            for turn in sides.indices {
                let index = (turn + plan.roundsDone) % sides.count
                let operations = max(1, sides[index].count * count / first)
                let start = share.spent
                let latencies = try await sides[index].run(operations)
                results[index].spent += share.spent - start
                results[index].latencies.add(latencies)
                results[index].operations += operations
            }
            BenchProgress.current?.show(workload, rounds: plan.roundsDone, of: rounds)
        }
        for index in results.indices { results[index].note = plan.note }
        return results
    }
}
#endif
