import EddaTesting

/// Decides by the seed what becomes of each process.
struct TortureFates {
    /// What becomes of one process.
    struct Fate {
        enum End { case kill, killStopped, terminate }

        /// A time in which the process stands still.
        struct Stop {
            let after: Duration
            let duration: Duration
            /// Whether an operator asks for something meanwhile, and the process stands still until there is an answer.
            let isObserved: Bool
        }

        /// It is killed after so long, whether it has got anywhere or not; `nil`: it may get somewhere first.
        let early: Duration?
        /// How long it lives from its first commit on.
        let length: Duration
        let stops: [Stop]
        let end: End
        /// The options for its transport and its clock.
        let strain: [String]
    }

    private var random: SeededGenerator
    private var sinceBlackout = Duration.zero

    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    mutating func next() -> Fate {
        let dies = random.chance(0.12)
        let early = milliseconds(1...250)
        // Now and then nearly nothing comes through for longer than any step waits for its answer.
        let isBlackout = sinceBlackout > .seconds(75)
        // Many die young, some live for long.
        let long = random.chance(0.15)
        let length = isBlackout ? Duration.seconds(40) : milliseconds(long ? 1_000...5_000 : 20...1_200)
        sinceBlackout = isBlackout ? .zero : sinceBlackout + length + .milliseconds(500)
        let stops = (0..<Int.random(in: 0...2, using: &random))
            .map { _ in
                Fate.Stop(
                    after: milliseconds(1...400),
                    duration: milliseconds(random.chance(0.2) ? 500...2_500 : 5...300),
                    isObserved: random.chance(0.25)
                )
            }
        let ends: [Fate.End] = [.kill, .kill, .kill, .kill, .kill, .kill, .killStopped, .terminate, .terminate]
        let end = ends[Int.random(in: 0..<ends.count, using: &random)]
        var strain = [
            "--fault-seed", "\(random.next() >> 1)", "--clock-jump-ms",
            "\(Int.random(in: 100...1_500, using: &random))",
        ]
        let rates = (drop: Int.random(in: 0...25, using: &random), duplicate: Int.random(in: 0...25, using: &random))
        let isFaulty = random.chance(0.75)
        let delay = random.chance(0.5) ? Int.random(in: 1...80, using: &random) : 0
        if isBlackout {
            strain += ["--drop-rate", "0.9", "--concurrency", "48"]
        } else {
            if isFaulty {
                strain += [
                    "--drop-rate", "0.\(padded(rates.drop))", "--duplicate-rate", "0.\(padded(rates.duplicate))",
                ]
            }
            if delay > 0 { strain += ["--delay-ms", "\(delay)"] }
            strain += ["--concurrency", "\([1, 8, 16, 32, 64][Int.random(in: 0..<5, using: &random)])"]
        }
        return Fate(
            early: dies && !isBlackout ? early : nil,
            length: length,
            stops: isBlackout ? [] : stops,
            end: end,
            strain: strain
        )
    }

    private mutating func milliseconds(_ range: ClosedRange<Int>) -> Duration {
        .milliseconds(Int.random(in: range, using: &random))
    }

    private func padded(_ percent: Int) -> String { percent < 10 ? "0\(percent)" : "\(percent)" }
}
