internal import EddaCore
internal import Synchronization

/// A handle of its own on a store, as another process has one: with a time source of its own, and a count of what was
/// written through it.
final class ObservedStore: ForwardingStore {
    let time: any TimeSource
    /// Raised after each write, whether it passed or not.
    let written = Signal()
    let base: any Store
    private let state = Mutex((commits: 0, lostLeases: 0))

    init(_ base: any Store, time: (any TimeSource)? = nil) {
        self.base = base
        self.time = time ?? base.time
    }

    /// How many writes passed.
    var commits: Int { state.withLock { $0.commits } }

    /// Returns when a write was refused because its lease was lost.
    func waitForLostLease() async throws {
        while true {
            let seen = written.count
            if state.withLock({ $0.lostLeases }) > 0 { return }
            try await written.wait(past: seen)
        }
    }

    /// Returns when a checkpoint is at a position.
    func wait(for checkpoint: CheckpointName, at position: Position) async throws {
        while true {
            let seen = written.count
            if try await read({ try $0.checkpoint(checkpoint) }) == position { return }
            try await written.wait(past: seen)
        }
    }

    func write<Result: Sendable>(
        _ body: @escaping @Sendable (any WriteTransaction) throws -> Result
    ) async throws -> Result {
        defer { written.raise() }
        do {
            let result = try await base.write(body)
            state.withLock { $0.commits += 1 }
            return result
        } catch {
            if error is LeaseLost { state.withLock { $0.lostLeases += 1 } }
            throw error
        }
    }
}

/// What a consumer has handled.
final class Handled: Sendable {
    private let events = Mutex<[RecordedEvent]>([])
    private let changed = Signal()

    func add(_ more: [RecordedEvent]) {
        events.withLock { $0 += more }
        changed.raise()
    }

    var all: [RecordedEvent] { events.withLock { $0 } }

    var positions: [Int64] { all.map(\.position.value) }

    /// Returns when at least so many events have been handled.
    func wait(for count: Int) async throws {
        while true {
            let seen = changed.count
            if all.count >= count { return }
            try await changed.wait(past: seen)
        }
    }
}

extension ConformanceBench {
    /// Runs `work` until `body` returns, then cancels it and waits for its end.
    func during(
        _ work: @escaping @Sendable () async throws -> Void,
        _ body: @escaping @Sendable () async throws -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                try await work()
                return false
            }
            group.addTask {
                try await body()
                return true
            }
            let wasBody = try await group.next() ?? false
            try expect(wasBody, "the consumer returned although its task was not cancelled")
            group.cancelAll()
            while try await group.next() != nil {}
        }
    }
}
