#if CLI
package import Edda
internal import Synchronization

/// Shows on standard error how far long work is, at what rate, and when it will be done.
///
/// On a terminal it draws over one line, which it cuts to the width; elsewhere it writes a line every few seconds.
package final class ProgressLine: Sendable {
    /// How far work is.
    package struct Progress: Sendable {
        /// How many pieces are done.
        package var done: Int
        /// How many there will be.
        package var total: Int
        /// Pieces per second, once known.
        package var rate: Double?
        /// How long the rest takes at this rate, once known.
        package var remaining: Duration?

        package init(done: Int, total: Int, rate: Double?, remaining: Duration?) {
            self.done = done
            self.total = total
            self.rate = rate
            self.remaining = remaining
        }

        /// How far work is, its rate and rest taken from how long it has been going on.
        package init(done: Int, total: Int, elapsed: Duration) {
            let seconds = elapsed.inSeconds
            let rate = seconds > 0 && done > 0 ? Double(done) / seconds : nil
            self.init(
                done: done,
                total: total,
                rate: rate,
                remaining: rate.map { .seconds(Double(max(0, total - done)) / $0) }
            )
        }
    }

    private let title: String
    private let unit: String
    private let output: Output
    private let time: any TimeSource
    private let begun: Moment
    private let lastShown = Mutex<Moment?>(nil)

    /// A line for work that begins now.
    ///
    /// - Parameters:
    ///   - title: What is done, such as `rebuilding open-orders`.
    ///   - unit: What is counted, such as `events`.
    ///   - output: Where it shows.
    ///   - time: What the pauses between two lines are measured by.
    package init(_ title: String, unit: String, output: Output, time: any TimeSource) {
        self.title = title
        self.unit = unit
        self.output = output
        self.time = time
        begun = time.now()
    }

    /// Shows progress, unless it did a moment ago.
    package func show(_ progress: Progress) {
        let now = time.now()
        let isDue = lastShown.withLock { last in
            let interval: Duration = output.canRedraw ? .milliseconds(100) : .seconds(5)
            let since = last ?? (output.canRedraw ? nil : begun)
            if let since, now.elapsed(since: since) < interval { return false }
            last = now
            return true
        }
        guard isDue else { return }
        write(text(progress))
    }

    /// Shows the title alone, at once.
    package func announce() {
        lastShown.withLock { $0 = time.now() }
        write(title)
    }

    private func write(_ text: String) {
        guard output.canRedraw else { return output.note(text + "\n") }
        // A line that fills the terminal may wrap, and could not be drawn over.
        output.note("\r\u{1B}[K" + (output.noteWidth.map { text.truncated(to: $0 - 1) } ?? text))
    }

    /// Removes the line from a terminal, so that what follows stands alone.
    package func end() {
        if output.canRedraw, lastShown.withLock({ $0 != nil }) { output.note("\r\u{1B}[K") }
    }

    /// For example `rebuilding open-orders: 1200 of 5000 events (24%), 600 events/s, 0:06 left`.
    package func text(_ progress: Progress) -> String {
        let total = max(progress.done, progress.total)
        let percent = total > 0 ? Int(Double(progress.done) / Double(total) * 100) : 100
        var text = "\(title): \(progress.done) of \(total) \(unit) (\(percent)%)"
        if let rate = progress.rate, rate.isFinite { text += ", \(Int64(rate.rounded())) \(unit)/s" }
        if let remaining = progress.remaining, progress.done < total { text += ", \(Self.clock(remaining)) left" }
        return text
    }

    /// `0:06`, `12:30`, `3:00:05`; a begun second counts as one.
    package static func clock(_ duration: Duration) -> String {
        let seconds = max(0, Int(duration.inSeconds.rounded(.up)))
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : String(number) }
        let hours = seconds / 3_600
        let rest = "\(two(seconds / 60 % 60)):\(two(seconds % 60))"
        return hours > 0 ? "\(hours):\(rest)" : "\(seconds / 60):\(two(seconds % 60))"
    }
}
#endif
