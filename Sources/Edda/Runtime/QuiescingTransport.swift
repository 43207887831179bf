internal import EddaCore
internal import Synchronization

/// A transport that can be brought to rest: from then on nothing more is received and no sending begins, and one can
/// wait until everything that was received is settled.
///
/// The workers of a runtime stop when their tasks are cancelled. At rest they hold no delivery, so that no cancellation
/// hits work that has begun. A sending is not waited for: it may itself be waiting for a receiver that is at rest, and
/// what it carries stays in the outbox.
final class QuiescingTransport: Transport {
    private struct State {
        var isClosed = false
        var inHand = 0
    }

    private let base: any Transport
    private let state = Mutex(State())
    private let changes = Signal()

    init(_ base: any Transport) { self.base = base }

    /// How many deliveries are not settled.
    var inHand: Int { state.withLock { $0.inHand } }

    func send(_ messages: [Message]) async throws -> [SendOutcome] {
        guard take(0) else { try await untilCancelled() }
        return try await base.send(messages)
    }

    func subscribe(to address: Address) async throws -> any TransportSubscription {
        QuiescingSubscription(try await base.subscribe(to: address), of: self)
    }

    /// Lets nothing more begin.
    func close() { state.withLock { $0.isClosed = true } }

    /// Lets nothing more begin and returns when no delivery is in hand.
    ///
    /// - Throws: `CancellationError` when the task is cancelled first.
    func quiesce() async throws {
        close()
        while true {
            let seen = changes.count
            if inHand == 0 { return }
            try await changes.wait(past: seen)
        }
    }

    /// Counts deliveries as in hand, and tells whether work may begin at all.
    fileprivate func take(_ count: Int) -> Bool {
        state.withLock { state in
            guard !state.isClosed else { return false }
            state.inHand += count
            return true
        }
    }

    fileprivate func release(_ count: Int) {
        guard count > 0 else { return }
        state.withLock { $0.inHand -= count }
        changes.raise()
    }

    /// Waits for the cancellation that follows once everything is at rest.
    fileprivate func untilCancelled() async throws -> Never {
        let never = Signal()
        while true { try await never.wait(past: 0) }
    }
}

/// A subscription that tells its transport what it has handed out.
private final class QuiescingSubscription: TransportSubscription {
    private let base: any TransportSubscription
    private let transport: QuiescingTransport
    private let unsettled = Mutex<Set<UInt64>>([])

    init(_ base: any TransportSubscription, of transport: QuiescingTransport) {
        self.base = base
        self.transport = transport
    }

    func receive(limit: Int) async throws -> [Delivery] {
        let deliveries = try await base.receive(limit: limit)
        guard transport.take(deliveries.count) else {
            let reason = "The runtime is shutting down."
            await base.settle(deliveries.map { Settlement(token: $0.token, fate: .handedBack(reason: reason)) })
            try await transport.untilCancelled()
        }
        unsettled.withLock { $0.formUnion(deliveries.map(\.token)) }
        return deliveries
    }

    func settle(_ settlements: [Settlement]) async {
        await base.settle(settlements)
        transport.release(
            unsettled.withLock { unsettled in settlements.count { unsettled.remove($0.token) != nil } }
        )
    }

    func cancel() async {
        await base.cancel()
        transport.release(
            unsettled.withLock { unsettled in
                defer { unsettled.removeAll() }
                return unsettled.count
            }
        )
    }
}
