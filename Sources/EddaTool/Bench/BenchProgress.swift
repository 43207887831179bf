#if CLI
internal import Edda
internal import EddaCommands
internal import Synchronization

/// Shows on standard error which workload runs, what it is at, and how many of its rounds are done.
///
/// It is task-local, so that measurements show their rounds wherever in a workload they are made.
final class BenchProgress: Sendable {
    /// That of the running workload.
    @TaskLocal static var current: BenchProgress?

    private struct Rounds {
        var measurement: String
        var line: ProgressLine
        var begun: Moment
    }

    private let title: String
    private let output: Output
    private let time: any TimeSource
    private let afterwards: @Sendable () -> Void
    private let rounds = Mutex<Rounds?>(nil)

    /// - Parameters:
    ///   - title: Which workload it is, such as `[3/14]`.
    ///   - afterwards: Called whenever something was shown.
    init(
        _ title: String,
        output: Output,
        time: any TimeSource = SystemTime(),
        afterwards: @escaping @Sendable () -> Void = {}
    ) {
        self.title = title
        self.output = output
        self.time = time
        self.afterwards = afterwards
    }

    /// Shows what is being done, at once.
    func show(_ text: String) {
        rounds.withLock { $0 = nil }
        ProgressLine("\(title) \(text)", unit: "", output: output, time: time).announce()
        afterwards()
    }

    /// Shows how many rounds of a measurement are done, unless it did a moment ago.
    func show(_ measurement: String, rounds done: Int, of total: Int) {
        rounds.withLock { rounds in
            if rounds?.measurement != measurement {
                let line = ProgressLine("\(title) \(measurement)", unit: "rounds", output: output, time: time)
                // Of the first round it is not known how long it took.
                rounds = Rounds(measurement: measurement, line: line, begun: time.now())
                return line.show(.init(done: done, total: total, rate: nil, remaining: nil))
            }
            guard let rounds else { return }
            let elapsed = time.now().elapsed(since: rounds.begun)
            let left = elapsed * (Double(total - done) / Double(max(1, done - 1)))
            rounds.line.show(.init(done: done, total: total, rate: nil, remaining: left))
        }
        afterwards()
    }
}
#endif
