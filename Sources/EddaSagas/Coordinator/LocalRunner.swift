internal import EddaCore
internal import Synchronization

/// What is to be done in this process: each call once at a time, so many side by side, and a compensation not beside its step.
///
/// It forgets everything with the process: the timers of the sagas repeat what has not come to an end.
final class LocalRunner: Sendable {
    private struct State {
        var isOpen = false
        var waiting: [LocalCall] = []
        var running: [SagaKey: Signal] = [:]
    }

    private let state = Mutex(State())
    /// Raised when something may have to be begun.
    private let arrivals = Signal()

    /// Whether somebody does what is handed in.
    var isOpen: Bool { state.withLock(\.isOpen) }

    /// Takes calls; one that waits or is being done already is not taken twice.
    func submit(_ calls: [LocalCall]) {
        guard !calls.isEmpty else { return }
        state.withLock { state in
            for call in calls
            where state.running[call.key] == nil && !state.waiting.contains(where: { $0.key == call.key }) {
                state.waiting.append(call)
            }
        }
        arrivals.raise()
    }

    /// Cancels calls.
    func abandon(_ keys: [SagaKey]) {
        guard !keys.isEmpty else { return }
        let signals = state.withLock { state in
            state.waiting.removeAll { keys.contains($0.key) }
            return keys.compactMap { state.running[$0] }
        }
        for signal in signals { signal.raise() }
    }

    /// The next call that may begin, with the signal that cancels it.
    ///
    /// Every `next` is followed by a `finish`.
    func next() -> (call: LocalCall, abandoned: Signal)? {
        state.withLock { state in
            let place = state.waiting.firstIndex { call in
                !state.running.keys.contains { $0.saga == call.key.saga && $0.step == call.key.step }
            }
            guard let place else { return nil }
            let call = state.waiting.remove(at: place)
            let signal = Signal()
            state.running[call.key] = signal
            return (call, signal)
        }
    }

    func finish(_ call: LocalCall) {
        _ = state.withLock { $0.running.removeValue(forKey: call.key) }
        arrivals.raise()
    }

    /// Does what is handed in until the task is cancelled.
    func run(limit: Int, _ perform: @escaping @Sendable (LocalCall) async -> Void) async {
        state.withLock { $0.isOpen = true }
        await withDiscardingTaskGroup { group in
            while !Task.isCancelled {
                let seen = arrivals.count
                while state.withLock({ $0.running.count }) < limit, let (call, abandoned) = next() {
                    group.addTask {
                        await Self.unless(abandoned) { await perform(call) }
                        self.finish(call)
                    }
                }
                do { try await arrivals.wait(past: seen) } catch { break }
            }
            state.withLock { state in
                state.isOpen = false
                state.waiting = []
            }
        }
    }

    /// Does something, and cancels it when a signal is raised.
    private static func unless(_ abandoned: Signal, _ work: @escaping @Sendable () async -> Void) async {
        await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                await work()
                return true
            }
            group.addTask {
                do { try await abandoned.wait(past: 0) } catch {}
                return false
            }
            _ = await group.next()
            group.cancelAll()
        }
    }
}
