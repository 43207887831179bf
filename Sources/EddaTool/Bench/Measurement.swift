#if CLI
internal import EddaCommands

/// What one workload came to, beside its limit.
struct BenchRow {
    /// The name of the workload.
    var workload: String
    /// How many operations were measured.
    var operations: Int
    /// How long they took, without the limit's turns.
    var seconds: Double
    /// Half of the operations took at most so long, in microseconds; `nil` where single ones were not timed.
    var p50Micros: Double?
    /// 99 of 100 operations took at most so long, in microseconds; `nil` where single ones were not timed.
    var p99Micros: Double?
    /// What the limit does.
    var limit: String
    /// What the limit reached.
    var limitPerSecond: Double
    /// The most memory that the process had in use, in MiB.
    var peakRSSMiB: Double
    /// Figures that only some workloads have.
    var further: [(name: String, value: Double)] = []

    /// Operations per second.
    var perSecond: Double { Double(operations) / seconds }
    /// The part of the limit that was reached; above 1 where several cores, or a better decoder, help.
    var shareOfLimit: Double { perSecond / limitPerSecond }

    var json: JSON {
        var members: [String: JSON] = [
            "workload": .string(workload),
            "operations": .integer(Int64(operations)),
            "seconds": .number(Self.rounded(seconds)),
            "perSecond": .number(Self.rounded(perSecond)),
            "p50Micros": p50Micros.map { .number(Self.rounded($0)) } ?? .null,
            "p99Micros": p99Micros.map { .number(Self.rounded($0)) } ?? .null,
            "limit": .string(limit),
            "limitPerSecond": .number(Self.rounded(limitPerSecond)),
            "shareOfLimit": .number(Self.rounded(shareOfLimit)),
            "peakRSSMiB": .number(Self.rounded(peakRSSMiB)),
        ]
        for figure in further { members[figure.name] = .number(Self.rounded(figure.value)) }
        return .object(members)
    }

    /// Three digits after the point are more than a measurement knows.
    private static func rounded(_ value: Double) -> Double { (value * 1_000).rounded() / 1_000 }
}

/// How long single operations took.
struct Latencies: Sendable {
    private var micros: [Float] = []

    /// How many there are.
    var count: Int { micros.count }

    mutating func add(_ duration: Duration) { micros.append(Float(duration / .microseconds(1))) }

    mutating func add(_ others: Latencies) { micros += others.micros }

    /// The smallest time that this part of the operations did not exceed; `nil` when none was timed.
    func percentile(_ part: Double) -> Double? {
        guard !micros.isEmpty else { return nil }
        let sorted = micros.sorted()
        return Double(sorted[min(sorted.count - 1, Int((Double(sorted.count) * part).rounded(.up)) - 1)])
    }
}

/// Runs a workload and its limit in turns, so that both meet the same machine.
///
/// One begins every other round and the other the rest: what a turn leaves behind, such as pages to be written, falls
/// into the other's turn as often.
struct Turns {
    /// How often each has its turn; one more goes before, unmeasured.
    static let rounds = 8

    /// Measures `ours` and `limit`, each for `operations` in all.
    ///
    /// Every turn is of as many operations, a multiple of `batch`; so a few may be left out.
    ///
    /// - Parameters:
    ///   - batch: How many operations are done at a time.
    ///   - ours: Does as many operations as it is told; says how long each took.
    ///   - prepare: Makes ready what the limit needs; not measured.
    ///   - limit: Does as many of the same operations on SQLite alone.
    ///   - afterWarmUp: Called before the first turn that is measured.
    static func measure(
        _ workload: String,
        operations: Int,
        batch: Int = 1,
        limit name: String,
        ours: (Int) async throws -> Latencies,
        prepare: (Int) throws -> Void = { _ in },
        limit: (Int) async throws -> Void,
        afterWarmUp: () -> Void = {}
    ) async throws -> BenchRow {
        let clock = ContinuousClock()
        let count = max(1, operations / rounds / batch) * batch
        let warmUp = max(1, count / 4 / batch) * batch
        _ = try await ours(warmUp)
        try prepare(warmUp)
        try await limit(warmUp)
        afterWarmUp()
        Memory.resetPeak()
        var (spent, spentByLimit) = (Duration.zero, Duration.zero)
        var latencies = Latencies()
        for round in 0..<rounds {
            try prepare(count)
            for isOurs in round.isMultiple(of: 2) ? [true, false] : [false, true] {
                let start = clock.now
                if isOurs {
                    latencies.add(try await ours(count))
                    spent += clock.now - start
                } else {
                    try await limit(count)
                    spentByLimit += clock.now - start
                }
            }
        }
        return BenchRow(
            workload: workload,
            operations: count * rounds,
            seconds: spent / .seconds(1),
            p50Micros: latencies.percentile(0.5),
            p99Micros: latencies.percentile(0.99),
            limit: name,
            limitPerSecond: Double(count * rounds) / (spentByLimit / .seconds(1)),
            peakRSSMiB: Memory.peakMiB()
        )
    }
}
#endif
