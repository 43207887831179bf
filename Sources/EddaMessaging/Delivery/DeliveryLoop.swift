public import EddaCore
public import Logging

/// Receives messages at one address, has them handled, and settles them, batch after batch.
///
/// A batch is settled before the next one is received. When the transport fails, the loop subscribes again after a
/// pause; what was received and not settled comes again, so nothing is lost and duplicates are to be expected.
public struct DeliveryLoop: Sendable {
    private let address: Address
    private let transport: any Transport
    private let limit: Int
    private let logger: Logger
    private let time: any TimeSource
    private let retry: RetryPolicy
    private let handle: @Sendable ([Delivery]) async -> [Settlement]

    /// A loop; it begins when it is run.
    ///
    /// - Parameters:
    ///   - address: Where to receive.
    ///   - transport: What to receive from.
    ///   - limit: The most deliveries that are handled together, from 1.
    ///   - logger: Gets the troubles of the transport at level `debug`; the loop itself gets over them.
    ///   - time: What the pauses before subscribing again are measured by.
    ///   - retry: The pauses before subscribing again. Tries never end, whatever its number of attempts.
    ///   - handle: Deals with deliveries, durably, and tells what became of each. A delivery that it does not mention is
    ///     handed back.
    public init(
        address: Address,
        transport: any Transport,
        limit: Int = 64,
        logger: Logger,
        time: any TimeSource = .system,
        retry: RetryPolicy = .exponential(attempts: nil, initial: .milliseconds(100), cap: .seconds(10)),
        handle: @escaping @Sendable ([Delivery]) async -> [Settlement]
    ) {
        self.address = address
        self.transport = transport
        self.limit = max(1, limit)
        self.logger = logger
        self.time = time
        self.retry = retry
        self.handle = handle
    }

    /// Receives, handles and settles until the task is cancelled; then returns.
    ///
    /// What is being handled at that moment is finished and settled; the rest goes back to the transport.
    ///
    /// - Throws: What the transport throws that is no `TransportError`.
    public func run() async throws {
        var failures = 0
        while !Task.isCancelled {
            do {
                let subscription = try await transport.subscribe(to: address)
                do {
                    try await consume(subscription, failures: &failures)
                } catch {
                    await subscription.cancel()
                    throw error
                }
                await subscription.cancel()
            } catch is CancellationError where Task.isCancelled {
                return
            } catch let error as TransportError {
                failures += 1
                // The bound stands in for the last pause of a policy that ends.
                let pause =
                    retry.pause(afterAttempt: failures, entropy: .random(in: 0 ... .max))
                    ?? retry.bound(afterAttempt: failures)
                logger.debug(
                    "Receiving failed; subscribing again after a pause.",
                    metadata: ["address": "\(address)", "error": "\(error)", "pause": "\(pause)"]
                )
                do {
                    try await time.sleep(for: pause)
                } catch {
                    return
                }
            }
        }
    }

    private func consume(_ subscription: any TransportSubscription, failures: inout Int) async throws {
        while !Task.isCancelled {
            let deliveries = try await subscription.receive(limit: limit)
            if deliveries.isEmpty {
                // Only a subscription that was ended returns nothing, and it was not this loop that ended it.
                try Task.checkCancellation()
                throw TransportError("The transport ended the subscription to \(address).")
            }
            failures = 0
            var settlements = await handle(deliveries)
            let settled = Set(settlements.map(\.token))
            for delivery in deliveries where !settled.contains(delivery.token) {
                let reason = "The handler did not say what became of message \(delivery.message.id)."
                settlements.append(Settlement(token: delivery.token, fate: .handedBack(reason: reason)))
            }
            await subscription.settle(settlements)
        }
    }
}
