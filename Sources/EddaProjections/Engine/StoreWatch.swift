internal import EddaCore

/// What a reader of a store has seen of its signals, taken before it reads, so that no change is missed in between.
struct StoreWatch: Sendable {
    private let signals: StoreSignals
    private let events: UInt64
    private let projections: UInt64

    init(_ signals: StoreSignals) {
        self.signals = signals
        events = signals.events.count
        projections = signals.projections.count
    }

    /// Returns when events have been appended.
    func waitForEvents() async throws {
        try await signals.events.wait(past: events)
    }

    /// Returns when events have been appended, the register has changed, or `timeout` has passed.
    func wait(for timeout: Duration? = nil, by time: any TimeSource) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await signals.events.wait(past: events) }
            group.addTask { try await signals.projections.wait(past: projections) }
            if let timeout { group.addTask { try await time.sleep(for: timeout) } }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    /// Returns when the register has changed or `timeout` has passed.
    func waitForRegister(for timeout: Duration, by time: any TimeSource) async throws {
        try await signals.projections.wait(past: projections, for: timeout, by: time)
    }
}
