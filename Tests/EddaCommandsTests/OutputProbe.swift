#if CLI
import Synchronization

@testable import EddaCommands

/// Collects what a command writes to standard output.
final class OutputProbe: Sendable {
    private let written = Mutex("")

    var text: String { written.withLock { $0 } }

    var output: Output {
        Output(write: { text in self.written.withLock { $0 += text } }, note: { _ in })
    }
}
#endif
