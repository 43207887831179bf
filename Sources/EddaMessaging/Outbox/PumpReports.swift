internal import EddaCore
internal import Synchronization

/// What the tasks of a pump have to tell its loop.
final class PumpReports: Sendable {
    /// How the sending of a batch went.
    struct Report: Sendable {
        let destination: Address
        let outcomes: [SendOutcome]
    }

    private struct State {
        var reports: [Report] = []
        var isWatching = false
        var isRemoving = false
    }

    private let state = Mutex(State())

    /// Whether a task waits for the outbox to change.
    var isWatching: Bool { state.withLock { $0.isWatching } }

    func setWatching(_ isWatching: Bool) { state.withLock { $0.isWatching = isWatching } }

    /// Whether the caller may remove messages, because nobody does.
    ///
    /// Every `beginRemoving` that may is followed by an `endRemoving`.
    func beginRemoving() -> Bool {
        state.withLock { state in
            defer { state.isRemoving = true }
            return !state.isRemoving
        }
    }

    func endRemoving() { state.withLock { $0.isRemoving = false } }

    func add(_ report: Report) { state.withLock { $0.reports.append(report) } }

    /// Takes what has come since it was last asked, so that the batches of several lanes are recorded in one commit.
    func take() -> [Report] {
        state.withLock { state in
            defer { state.reports = [] }
            return state.reports
        }
    }
}
