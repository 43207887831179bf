public import EddaCore
internal import Synchronization

/// Carries messages between services of one process.
///
/// A message goes through the same bytes as on a network, so what arrives shares nothing with what was sent. It counts
/// as sent only when its receiver has acknowledged it; ``send(_:)`` waits for that. Nothing is kept for an address that
/// nobody receives at: the sender's outbox is the place where messages wait.
///
/// Several subscriptions at one address share its queue; each message goes to one of them.
public final class InProcessTransport: Transport {
    private struct State {
        var exchange: Exchange
        var senders: [UInt64: CheckedContinuation<[SendOutcome], any Error>] = [:]
        var receivers: [UInt64: CheckedContinuation<[Delivery], any Error>] = [:]

        /// Takes out whom the actions name, under the same lock under which the actions came about: whoever is
        /// cancelled is either found and resumed by that, or has his answer.
        mutating func resumptions(_ actions: [Exchange.Action]) -> [Resumption] {
            actions.compactMap { action in
                switch action {
                case .deliver(let id, let deliveries):
                    receivers.removeValue(forKey: id).map { .receiver($0, deliveries) }
                case .finish(let id, let outcomes):
                    senders.removeValue(forKey: id).map { .sender($0, outcomes) }
                }
            }
        }
    }

    private enum Resumption {
        case sender(CheckedContinuation<[SendOutcome], any Error>, [SendOutcome])
        case receiver(CheckedContinuation<[Delivery], any Error>, [Delivery])

        func resume() {
            switch self {
            case .sender(let continuation, let outcomes): continuation.resume(returning: outcomes)
            case .receiver(let continuation, let deliveries): continuation.resume(returning: deliveries)
            }
        }
    }

    private let state: Mutex<State>

    /// A transport without subscriptions.
    ///
    /// - Parameter capacity: How many messages of one address may be queued or with a receiver at a time, from 1; the
    ///   sending of further ones fails.
    public init(capacity: Int = 1024) {
        state = Mutex(State(exchange: Exchange(capacity: capacity)))
    }

    /// Sends messages and waits until each is settled by its receiver.
    ///
    /// - Throws: `CancellationError` when the task is cancelled; messages that are still queued are withdrawn.
    public func send(_ messages: [Message]) async throws -> [SendOutcome] {
        var outcomes: [SendOutcome?] = []
        var copies: [Message] = []
        for message in messages {
            do {
                copies.append(try Message(encodedAttributes: message.encodedAttributes(), data: message.data))
                outcomes.append(nil)
            } catch {
                outcomes.append(.refused(reason: "\(error)"))
            }
        }
        var answers = copies.isEmpty ? [][...] : try await exchange(copies)[...]
        return outcomes.map { outcome in
            outcome ?? answers.popFirst() ?? .failed(reason: "The transport reported no outcome.")
        }
    }

    /// Begins to receive at an address.
    public func subscribe(to address: Address) async throws -> any TransportSubscription {
        let id = state.withLock { $0.exchange.subscribe(to: address) }
        return InProcessSubscription(id: id, transport: self)
    }

    /// Whether no message and no subscription is left, for tests.
    package var isIdle: Bool {
        state.withLock { $0.exchange.isIdle && $0.senders.isEmpty && $0.receivers.isEmpty }
    }

    private func exchange(_ messages: [Message]) async throws -> [SendOutcome] {
        let id = state.withLock { $0.exchange.makeID() }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let resumptions: [Resumption]? = state.withLock { state in
                    // Asked under the lock: a cancellation after this line finds the continuation.
                    guard !Task.isCancelled else { return nil }
                    state.senders[id] = continuation
                    let actions = state.exchange.send(messages, by: id)
                    return state.resumptions(actions)
                }
                if let resumptions {
                    for resumption in resumptions { resumption.resume() }
                } else {
                    continuation.resume(throwing: CancellationError())
                }
            }
        } onCancel: {
            let continuation = state.withLock { state in
                state.exchange.withdraw(sender: id)
                return state.senders.removeValue(forKey: id)
            }
            continuation?.resume(throwing: CancellationError())
        }
    }

    fileprivate func receive(on subscription: UInt64, limit: Int) async throws -> [Delivery] {
        let id = state.withLock { $0.exchange.makeID() }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let resumptions: [Resumption]? = state.withLock { state in
                    guard !Task.isCancelled else { return nil }
                    state.receivers[id] = continuation
                    let actions = state.exchange.receive(by: id, on: subscription, limit: limit)
                    return state.resumptions(actions)
                }
                if let resumptions {
                    for resumption in resumptions { resumption.resume() }
                } else {
                    continuation.resume(throwing: CancellationError())
                }
            }
        } onCancel: {
            let continuation = state.withLock { state in
                state.exchange.withdraw(receiver: id, on: subscription)
                return state.receivers.removeValue(forKey: id)
            }
            continuation?.resume(throwing: CancellationError())
        }
    }

    fileprivate func settle(_ settlements: [Settlement], on subscription: UInt64) {
        change { $0.settle(settlements, on: subscription) }
    }

    fileprivate func unsubscribe(_ subscription: UInt64) {
        change { $0.unsubscribe(subscription) }
    }

    private func change(_ body: (inout Exchange) -> [Exchange.Action]) {
        let resumptions = state.withLock { state in
            let actions = body(&state.exchange)
            return state.resumptions(actions)
        }
        for resumption in resumptions { resumption.resume() }
    }
}

/// The receiving end of an in-process transport.
///
/// Dropping it ends the subscription.
private final class InProcessSubscription: TransportSubscription {
    private let id: UInt64
    private let transport: InProcessTransport

    init(id: UInt64, transport: InProcessTransport) {
        self.id = id
        self.transport = transport
    }

    deinit { transport.unsubscribe(id) }

    func receive(limit: Int) async throws -> [Delivery] {
        try await transport.receive(on: id, limit: limit)
    }

    func settle(_ settlements: [Settlement]) async { transport.settle(settlements, on: id) }

    func cancel() async { transport.unsubscribe(id) }
}
