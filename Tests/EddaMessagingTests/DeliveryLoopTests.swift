import EddaCore
import EddaMessaging
import EddaTesting
import Logging
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(5))) struct DeliveryLoopTests {
    /// Fails to subscribe a few times before it does its work.
    private struct Flaky: Transport {
        let inner: InProcessTransport
        let failures: Int
        let attempts = Counter()

        func send(_ messages: [Message]) async throws -> [SendOutcome] { try await inner.send(messages) }

        func subscribe(to address: Address) async throws -> any TransportSubscription {
            if attempts.next() <= failures { throw TransportError("No line to \(address).") }
            return try await inner.subscribe(to: address)
        }
    }

    @Test func aFailingTransportIsSubscribedToAgainAfterAPause() async throws {
        let time = ManualTime()
        let transport = Flaky(inner: InProcessTransport(), failures: 3)
        let (ready, received) = (Signal(), Signal())
        let loop = DeliveryLoop(
            address: "there",
            transport: Announcing(inner: transport, subscribed: ready),
            logger: .silent,
            time: time
        ) { deliveries in
            received.raise()
            return deliveries.map { Settlement(token: $0.token, fate: .acknowledged) }
        }
        try await running([{ try await loop.run() }, { await passTime(time) }]) {
            try await ready.wait(past: 0)
            #expect(try await transport.send([parcel("1")]) == [.sent])
            #expect(received.count == 1)
        }
        #expect(transport.attempts.value == 4)
    }

    @Test func aDeliveryThatTheHandlerForgetsGoesBack() async throws {
        let transport = InProcessTransport()
        let ready = Signal()
        let loop = DeliveryLoop(
            address: "there",
            transport: Announcing(inner: transport, subscribed: ready),
            logger: .silent
        ) { _ in [] }
        try await running([{ try await loop.run() }]) {
            try await ready.wait(past: 0)
            guard case .failed(let reason) = try await transport.send([parcel("lost")])[0] else {
                Issue.record("A forgotten delivery counted as sent.")
                return
            }
            #expect(reason.contains("lost"))
        }
    }

    @Test func cancellationFinishesWhatIsInHandAndHandsTheRestBack() async throws {
        let transport = InProcessTransport()
        let ready = Signal()
        let (began, goOn) = (Signal(), Signal())
        let loop = DeliveryLoop(
            address: "there",
            transport: Announcing(inner: transport, subscribed: ready),
            limit: 1,
            logger: .silent
        ) { deliveries in
            began.raise()
            // Work that does not look at cancellation, such as a unit of change that has begun.
            await Task.detached { _ = try? await goOn.wait(past: 0) }.value
            return deliveries.map { Settlement(token: $0.token, fate: .acknowledged) }
        }
        let task = Task { try await loop.run() }
        try await ready.wait(past: 0)
        async let outcomes = transport.send([parcel("in hand"), parcel("queued")])
        try await began.wait(past: 0)
        task.cancel()
        goOn.raise()
        try await task.value
        let fates = try await outcomes
        #expect(fates[0] == .sent)
        #expect(fates[1] != .sent)
        #expect(transport.isIdle)
    }
}

/// Tells when somebody has subscribed.
struct Announcing: Transport {
    let inner: any Transport
    let subscribed: Signal

    func send(_ messages: [Message]) async throws -> [SendOutcome] { try await inner.send(messages) }

    func subscribe(to address: Address) async throws -> any TransportSubscription {
        let subscription = try await inner.subscribe(to: address)
        subscribed.raise()
        return subscription
    }
}
