import Testing

@testable import Edda

/// How a runtime lets go of the transport when it shuts down.
@Suite struct QuiescingTransportTests {
    private let base = InProcessTransport()

    private func message(_ id: String) -> Message {
        Message(
            id: id,
            source: "/test",
            type: "test",
            destination: "inbox",
            time: .now(),
            partitionKey: "a",
            idempotencyKey: id,
            data: []
        )
    }

    // acceptance: 59
    @Test func restComesWhenEveryDeliveryIsSettled() async throws {
        let transport = QuiescingTransport(base)
        let subscription = try await transport.subscribe(to: "inbox")
        async let sent = base.send([message("1")])
        let deliveries = try await subscription.receive(limit: 10)
        #expect(transport.inHand == 1)

        async let rest: Void = transport.quiesce()
        await subscription.settle(deliveries.map { Settlement(token: $0.token, fate: .acknowledged) })
        try await rest
        #expect(transport.inHand == 0)
        #expect(try await sent == [.sent])
    }

    // acceptance: 59
    @Test func whatArrivesAtRestGoesBack() async throws {
        let transport = QuiescingTransport(base)
        let subscription = try await transport.subscribe(to: "inbox")
        try await transport.quiesce()
        async let sent = base.send([message("1")])
        let receiving = Task { try await subscription.receive(limit: 10) }
        guard case .failed(let reason)? = try await sent.first else {
            Issue.record("The message was taken although the transport is at rest.")
            return
        }
        #expect(reason.contains("shutting down"))
        receiving.cancel()
        await #expect(throws: CancellationError.self) { try await receiving.value }
    }

    @Test func nothingIsSentAtRest() async throws {
        let transport = QuiescingTransport(base)
        try await transport.quiesce()
        let message = message("1")
        let sending = Task { try await transport.send([message]) }
        sending.cancel()
        await #expect(throws: CancellationError.self) { try await sending.value }
        #expect(base.isIdle)
    }

    @Test func anEndedSubscriptionHoldsNothing() async throws {
        let transport = QuiescingTransport(base)
        let subscription = try await transport.subscribe(to: "inbox")
        async let sent = base.send([message("1")])
        _ = try await subscription.receive(limit: 10)
        await subscription.cancel()
        try await transport.quiesce()
        // The message went back to the transport, which now has nobody to give it to.
        _ = try await sent
    }
}
