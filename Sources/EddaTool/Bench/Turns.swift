#if CLI
/// Runs a workload and its limit in turns, so that both meet the same machine.
///
/// One begins every other round and the other the rest: what a turn leaves behind, such as pages to be written, falls
/// into the other's turn as often.
enum Turns {
    /// How often each has its turn, if there is time; a few more go before, unmeasured.
    static let rounds = 8

    /// Measures `ours` and `limit`, each for `operations` in all, or for as many as its share of the time allows.
    ///
    /// Every turn is of as many operations, a multiple of `batch` and never fewer; so a few may be left out. Where two
    /// rounds would take longer than there is time, turns become shorter; when the time is over, no further round
    /// begins. The row says how many operations there were.
    ///
    /// - Parameters:
    ///   - batch: How many operations are done at a time: those of one call, or one for each caller.
    ///   - unit: What an operation is.
    ///   - timed: What is timed for the percentiles, where it is not an operation.
    ///   - part: Which part of what is left of the share this measurement may take, when others follow it.
    ///   - ours: Does as many operations as it is told; says how long each took.
    ///   - prepare: Makes ready what the limit needs; not measured.
    ///   - limit: Does as many of the same operations on SQLite alone.
    ///   - afterWarmUp: Called before the first turn that is measured.
    static func measure(
        _ workload: String,
        operations: Int,
        batch: Int = 1,
        unit: String = "event",
        timed: String? = nil,
        part: Double = 1,
        share: TimeShare = .current,
        limit name: String,
        ours: (Int) async throws -> Latencies,
        prepare: (Int) throws -> Void = { _ in },
        limit: (Int) async throws -> Void,
        afterWarmUp: () -> Void = {}
    ) async throws -> BenchRow {
        var plan = Plan(operations: operations, batch: batch, allowed: share.left.map { $0 * part })
        let begin = share.spent
        while let count = plan.warmUp(after: share.spent - begin) {
            _ = try await ours(count)
            try prepare(count)
            try await limit(count)
        }
        afterWarmUp()
        Memory.resetPeak()
        var (spent, spentByLimit) = (Duration.zero, Duration.zero)
        var latencies = Latencies()
        while let count = plan.round(after: share.spent - begin) {
            try prepare(count)
            for isOurs in plan.roundsDone.isMultiple(of: 2) ? [false, true] : [true, false] {
                let start = share.spent
                if isOurs {
                    latencies.add(try await ours(count))
                    spent += share.spent - start
                } else {
                    try await limit(count)
                    spentByLimit += share.spent - start
                }
            }
            BenchProgress.current?.show(workload, rounds: plan.roundsDone, of: rounds)
        }
        return BenchRow(
            workload: workload,
            unit: unit,
            timed: timed,
            operations: plan.measured,
            seconds: spent / .seconds(1),
            p50Micros: latencies.percentile(0.5),
            p99Micros: latencies.percentile(0.99),
            limit: name,
            limitPerSecond: Double(plan.measured) / (spentByLimit / .seconds(1)),
            peakRSSMiB: Memory.peakMiB(),
            note: plan.note
        )
    }
}

extension Turns {
    /// How many operations come next: a value that knows the time only by what it is told.
    struct Plan {
        /// How many operations were to be measured.
        let intended: Int
        /// How many are, so far.
        private(set) var measured = 0
        /// How many turns were measured.
        private(set) var roundsDone = 0

        private let rounds: Int
        private let batch: Int
        private let allowed: Duration?
        /// The operations of a turn.
        private var count: Int
        private var warmedUp = 0
        private var begun = Duration.zero
        private var longest = Duration.zero

        /// - Parameter allowed: How long it may take, if there is an end.
        init(operations: Int, rounds: Int = Turns.rounds, batch: Int = 1, allowed: Duration? = nil) {
            self.rounds = rounds
            self.batch = batch
            self.allowed = allowed
            count = max(1, operations / rounds / batch) * batch
            intended = count * rounds
        }

        /// What is said when there was no time for everything.
        var note: String? { measured < intended ? "the time was over before \(intended) operations" : nil }

        /// The operations of the next turn that is not measured; `nil` when there were enough: a quarter of a turn, or
        /// what a tenth of the time was enough for.
        mutating func warmUp(after elapsed: Duration) -> Int? {
            let piece = piece
            let isEnough = warmedUp + piece > max(piece, count / 4)
            if warmedUp > 0, isEnough || allowed.map({ elapsed > $0 / 10 }) == true {
                fit(after: elapsed)
                return nil
            }
            warmedUp += piece
            return piece
        }

        /// The operations of the next turn; `nil` when all have been, or the next would take too long.
        mutating func round(after elapsed: Duration) -> Int? {
            if roundsDone > 0 { longest = max(longest, elapsed - begun) }
            begun = elapsed
            if roundsDone == rounds { return nil }
            if roundsDone > 0, let allowed, elapsed + longest > allowed { return nil }
            roundsDone += 1
            measured += count
            return count
        }

        /// A 64th of a turn: the least that is done at a time.
        private var piece: Int { max(1, count / 64 / batch) * batch }

        /// Makes turns so short that two of them fit in, as far as the turns before tell.
        private mutating func fit(after elapsed: Duration) {
            guard let allowed else { return }
            let turn = elapsed * (Double(count) / Double(warmedUp))
            let left = max(.zero, allowed - elapsed)
            guard turn * 2 > left else { return }
            count = max(piece, Int(Double(count) * (left / (turn * 2))) / batch * batch)
        }
    }
}
#endif
