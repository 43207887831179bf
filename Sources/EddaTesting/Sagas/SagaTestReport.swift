public import EddaCore

/// What a test of a saga went through.
public struct SagaTestReport: Sendable, CustomStringConvertible {
    /// The saga.
    public let saga: SagaName
    /// How often it was run.
    public internal(set) var runs = 0
    /// The different points at which something went wrong, or could have: sendings of messages, executions of commands,
    /// commits, and transitions.
    public internal(set) var points = 0
    /// Everything that happened in all runs: messages that arrived, timers that came due.
    public internal(set) var happenings = 0
    /// How the runs ended.
    public internal(set) var endings: [SagaRecord.Status: Int] = [:]
    /// How those ended that were parked, when an operator had them tried again and nothing more went wrong.
    public internal(set) var endingsAfterRetries: [SagaRecord.Status: Int] = [:]
    /// How many of them stayed parked, since so much time had passed that nobody could tell what was done.
    public internal(set) var tooLate = 0
    /// How often what struck, by kind.
    public internal(set) var faults: [String: Int] = [:]
    /// How many runs were done a second time on ``SagaTestOptions/sampleStores``, with the same end.
    public internal(set) var samples = 0
    /// How many commands are executed when nothing goes wrong.
    public internal(set) var steps = 0
    /// How many transitions the coordinator makes then.
    public internal(set) var transitions = 0

    init(saga: SagaName) { self.saga = saga }

    /// The figures in a few lines.
    public var description: String {
        func list(_ counts: [SagaRecord.Status: Int]) -> String {
            counts.sorted { $0.key.rawValue < $1.key.rawValue }.map { "\($0.value) \($0.key.rawValue)" }
                .joined(separator: ", ")
        }
        var lines = [
            "\(saga): \(runs) runs, \(points) points, \(happenings) happenings, no violation",
            "  ended: \(list(endings))",
        ]
        if !endingsAfterRetries.isEmpty {
            let late = tooLate > 0 ? "; too late to tell: \(tooLate)" : ""
            lines.append("  parked ones, tried again: \(list(endingsAfterRetries))\(late)")
        }
        let struck = faults.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
        lines.append("  went wrong: \(struck)")
        lines.append("  without faults: \(steps) commands, \(transitions) transitions")
        if samples > 0 { lines.append("  on the sample stores: \(samples) runs, the same") }
        return lines.joined(separator: "\n")
    }
}
