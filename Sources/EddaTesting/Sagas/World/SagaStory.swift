internal import EddaCore

/// What happens in a run, told line by line; only when somebody wants to read it.
struct SagaStory {
    let isTold: Bool
    private(set) var lines: [String] = []
    /// How much of the saga's history has been told.
    var told = 0

    init(isTold: Bool) { self.isTold = isTold }

    mutating func tell(_ at: Int64, _ who: String, _ what: @autoclosure () -> String) {
        guard isTold else { return }
        let time = Self.text(at)
        let gap = String(repeating: " ", count: max(1, 11 - time.count))
        lines.append("\(gap)\(time)  \(who) \(what())")
    }

    /// Milliseconds up to a second, else seconds.
    static func text(_ nanoseconds: Int64) -> String {
        let milliseconds = nanoseconds / 1_000_000
        if milliseconds < 1_000 { return "\(milliseconds) ms" }
        let thousandths = milliseconds % 1_000
        if thousandths == 0 { return "\(milliseconds / 1_000) s" }
        return "\(milliseconds / 1_000).\(String(1_000 + thousandths).dropFirst()) s"
    }
}
