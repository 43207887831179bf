import EddaCore
import EddaMessaging
import Testing

@Suite(.timeLimit(.minutes(5))) struct InProcessTransportTests {
    @Test func aMessageCountsAsSentOnlyWhenItsReceiverHasSaidSo() async throws {
        let transport = InProcessTransport()
        let subscription = try await transport.subscribe(to: "there")
        async let outcomes = transport.send([parcel("1"), parcel("2"), parcel("3")])
        let deliveries = try await subscription.receive(limit: 10)
        #expect(deliveries.map(\.message.id) == ["1", "2", "3"])
        await subscription.settle([
            Settlement(token: deliveries[2].token, fate: .refused(reason: "never")),
            Settlement(token: deliveries[0].token, fate: .acknowledged),
            Settlement(token: deliveries[1].token, fate: .handedBack(reason: "later")),
        ])
        #expect(try await outcomes == [.sent, .failed(reason: "later"), .refused(reason: "never")])
        await subscription.cancel()
        #expect(transport.isIdle)
    }

    @Test func whatArrivesWentThroughTheWireForm() async throws {
        let transport = InProcessTransport()
        let subscription = try await transport.subscribe(to: "bank")
        let sent = try message(Deposit(account: "Zoë \"x\"", amount: 7), key: "key", compensates: "other")
        async let outcomes = transport.send([sent])
        let delivery = try #require(try await subscription.receive(limit: 1).first)
        #expect(delivery.message == sent)
        await subscription.settle([Settlement(token: delivery.token, fate: .acknowledged)])
        #expect(try await outcomes == [.sent])
    }

    @Test func nobodyReceivesAndNothingIsKept() async throws {
        let transport = InProcessTransport()
        guard case .failed(let reason) = try await transport.send([parcel("1")])[0] else {
            Issue.record("A message to nobody counted as sent.")
            return
        }
        #expect(reason.contains("there"))
        #expect(transport.isIdle)
    }

    // acceptance: 44
    @Test func aFullQueueTakesNoMore() async throws {
        let transport = InProcessTransport(capacity: 2)
        let subscription = try await transport.subscribe(to: "there")
        async let first = transport.send([parcel("1"), parcel("2"), parcel("3")])
        let deliveries = try await subscription.receive(limit: 10)
        #expect(deliveries.count == 2)
        // Those with the receiver count too.
        guard case .failed = try await transport.send([parcel("4")])[0] else {
            Issue.record("A full queue took a message.")
            return
        }
        await subscription.settle(deliveries.map { Settlement(token: $0.token, fate: .acknowledged) })
        let outcomes = try await first
        #expect(outcomes.prefix(2) == [.sent, .sent])
        #expect(outcomes[2] != .sent)
    }

    @Test func aReceiverThatGoesAwayHandsEverythingBack() async throws {
        let transport = InProcessTransport()
        let subscription = try await transport.subscribe(to: "there")
        async let outcomes = transport.send([parcel("1"), parcel("2")])
        #expect(try await subscription.receive(limit: 1).count == 1)
        await subscription.cancel()
        for outcome in try await outcomes {
            guard case .failed = outcome else {
                Issue.record("\(outcome) although the receiver went away.")
                continue
            }
        }
        #expect(try await subscription.receive(limit: 1).isEmpty)
        #expect(transport.isIdle)
    }

    @Test func aDroppedSubscriptionEnds() async throws {
        let transport = InProcessTransport()
        do { _ = try await transport.subscribe(to: "there") }
        #expect(transport.isIdle)
    }

    @Test func aCancelledSenderTakesBackWhatIsQueued() async throws {
        let transport = InProcessTransport()
        let subscription = try await transport.subscribe(to: "there")
        let sender = Task { try await transport.send([parcel("1"), parcel("2")]) }
        let delivery = try #require(try await subscription.receive(limit: 1).first)
        sender.cancel()
        await #expect(throws: CancellationError.self) { try await sender.value }
        // The one that was delivered is settled into the void; the other is no longer there.
        await subscription.settle([Settlement(token: delivery.token, fate: .acknowledged)])
        async let next = transport.send([parcel("3")])
        let deliveries = try await subscription.receive(limit: 10)
        #expect(deliveries.map(\.message.id) == ["3"])
        await subscription.settle(deliveries.map { Settlement(token: $0.token, fate: .acknowledged) })
        #expect(try await next == [.sent])
        await subscription.cancel()
        #expect(transport.isIdle)
    }

    @Test func aCancelledReceiverTakesNothingAlong() async throws {
        let transport = InProcessTransport()
        let subscription = try await transport.subscribe(to: "there")
        for _ in 0..<100 {
            let receiver = Task { try await subscription.receive(limit: 1) }
            async let outcome = transport.send([parcel("1")])
            receiver.cancel()
            var deliveries = (try? await receiver.value) ?? []
            if deliveries.isEmpty { deliveries = try await subscription.receive(limit: 1) }
            await subscription.settle(deliveries.map { Settlement(token: $0.token, fate: .acknowledged) })
            #expect(try await outcome == [.sent])
        }
        await subscription.cancel()
        #expect(transport.isIdle)
    }

    @Test func receiversOfOneAddressShareItsQueue() async throws {
        let transport = InProcessTransport()
        let subscriptions = [try await transport.subscribe(to: "there"), try await transport.subscribe(to: "there")]
        async let outcomes = transport.send((0..<10).map { parcel("\($0)", key: "\($0)") })
        var seen: [String] = []
        for turn in 0..<10 {
            let subscription = subscriptions[turn % 2]
            let deliveries = try await subscription.receive(limit: 1)
            seen += deliveries.map(\.message.id)
            await subscription.settle(deliveries.map { Settlement(token: $0.token, fate: .acknowledged) })
        }
        #expect(seen == (0..<10).map(String.init))
        #expect(try await outcomes == Array(repeating: .sent, count: 10))
    }
}
