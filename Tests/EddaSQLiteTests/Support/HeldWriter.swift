import Dispatch
import EddaSQLite
import Synchronization

/// Holds a store's writer with a unit that waits until it is let go.
final class HeldWriter: Sendable {
    private enum State {
        case pending
        case holding
        case ended
    }

    private let state = Mutex(State.pending)
    private let semaphore = DispatchSemaphore(value: 0)

    /// Whether the writer is held, or could not be.
    var isSettled: Bool { state.withLock { $0 != .pending } }
    var isHolding: Bool { state.withLock { $0 == .holding } }

    func release() { semaphore.signal() }

    func hold(_ store: SQLiteStore) async {
        _ = try? await store.write { [self] _ in
            state.withLock { $0 = .holding }
            semaphore.wait()
        }
        state.withLock { $0 = .ended }
    }
}
