#if CLI
internal import Edda
internal import Synchronization

/// Shows how far a verification is: a progress line for each of its parts.
final class VerificationLines: Sendable {
    private struct Present {
        let part: String
        let line: ProgressLine
        let begun: Moment
    }

    private let output: Output
    private let time: any TimeSource
    private let present = Mutex<Present?>(nil)

    init(output: Output, time: any TimeSource) {
        self.output = output
        self.time = time
    }

    func show(_ progress: VerificationProgress) {
        let now = time.now()
        let present = present.withLock { present in
            if let same = present, same.part == progress.part { return same }
            present?.line.end()
            let next = Present(
                part: progress.part,
                line: ProgressLine("verifying", unit: progress.part, output: output, time: time),
                begun: now
            )
            present = next
            return next
        }
        present.line.show(
            .init(done: progress.done, total: progress.total, elapsed: now.elapsed(since: present.begun))
        )
    }

    /// Removes the line from a terminal.
    func end() { present.withLock { $0?.line.end() } }
}
#endif
