#if CLI
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
        return Double(sorted[max(0, min(sorted.count, Int((Double(sorted.count) * part).rounded(.up))) - 1)])
    }
}
#endif
