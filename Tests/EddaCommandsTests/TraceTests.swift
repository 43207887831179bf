#if CLI
import Edda
import Foundation
import Testing

@testable import EddaCommands

@Suite struct TraceTests {
    /// Events with these ids and causes, numbered from 1; `nil` has no cause.
    private func events(_ causes: [String?], ids: [EventID]) -> [RecordedEvent] {
        zip(ids, causes).enumerated()
            .map { index, pair in
                RecordedEvent(
                    position: Position(Int64(index + 1)),
                    stream: "s-1",
                    version: index + 1,
                    recordedAt: Timestamp(microseconds: Int64(index) * 1_000),
                    event: EventData(
                        id: pair.0,
                        type: EventType(unchecked: "e\(index + 1)"),
                        metadata: EventMetadata(correlationID: "k", causationID: pair.1),
                        data: []
                    )
                )
            }
    }

    private func ids(_ count: Int) -> [EventID] { (0..<count).map { _ in .generate() } }

    @Test func whatWasCausedStandsBelowItsCause() {
        let ids = ids(5)
        let causes = [nil, ids[0], ids[1], ids[0], nil].map { $0?.description }
        let conversation = Conversation(events: events(causes, ids: ids), messages: [], schema: .init())
        let text = conversation.table.rendered(width: nil)
        #expect(
            text == """
                MS  WHAT      POSITION  WHERE  DETAIL
                 0  e1               1  s-1    base64:
                 1  ├─ e2            2  s-1    base64:
                 2  │  └─ e3         3  s-1    base64:
                 3  └─ e4            4  s-1    base64:
                 4  e5               5  s-1    base64:

                """
        )
    }

    @Test func anUnknownCauseIsShownOnceAboveAllThatItCaused() {
        let conversation = Conversation(
            events: events(["gone", "gone", "lost"], ids: ids(3)),
            messages: [],
            schema: .init()
        )
        #expect(conversation.roots.count == 2)
        let text = conversation.table.rendered(width: nil)
        #expect(text.components(separatedBy: "(caused by gone)").count == 2)
        #expect(text.contains("├─ e1") && text.contains("└─ e2") && text.contains("└─ e3"))
        #expect(text.contains("not in this database"))
    }

    @Test func aCircleOfCausesIsCutWhereItBeginsAndKeepsEveryEvent() {
        let ids = ids(5)
        // 1 ← 2 ← 3 ← 1, 4 hangs on 2, 5 is its own cause.
        let causes = [ids[2], ids[0], ids[1], ids[1], ids[4]].map(\.description)
        let conversation = Conversation(events: events(causes, ids: ids), messages: [], schema: .init())
        let text = conversation.table.rendered(width: nil)
        #expect(conversation.roots == [0, 4])
        #expect(text.contains("↻ e1") && text.contains("↻ e5"))
        for event in 1...5 { #expect(text.contains("e\(event) ")) }
        #expect(conversation.json.description.contains(#""rootReason":"cycle""#))
    }

    @Test func aVeryDeepChainGoesOnInTreesOfTheirOwn() {
        let ids = ids(10_000)
        let causes = [nil] + ids.dropLast().map { $0.description as String? }
        let conversation = Conversation(events: events(causes, ids: ids), messages: [], schema: .init())
        let lines = conversation.table.rendered(width: nil).split(separator: "\n")
        #expect(lines.count == 10_001)
        #expect(lines.contains { $0.contains("… e65 ") })
        #expect(!conversation.json.description.isEmpty)
    }

    @Test func aSagaIsOneTreeFromItsStartToItsEnd() async throws {
        let fixture = try CommandFixture()
        try await fixture.onRuntime { runtime in
            try await runtime.whileRunning {
                try await runtime.start(PayOrder.self, id: "pay-1", state: .init(order: "1"))
                _ = try await runtime.sagas.wait(for: "pay-1")
            }
        }
        let trace = try #require(try await fixture.toolJSON("trace", "pay-1") as? [String: Any])
        #expect(trace["correlation"] as? String == "pay-1")
        var types: [String] = []
        var nodes = try #require(trace["roots"] as? [[String: Any]])
        #expect(nodes.count == 1)
        while let node = nodes.first {
            let event = try #require(node["event"] as? [String: Any])
            types.append(try #require(event["type"] as? String))
            nodes = (node["children"] as? [[String: Any]] ?? [])
                // On a machine under load an answer may take longer than the patience of the coordinator, and a message
                // still be in the outbox.
                .filter { node in
                    let type = (node["event"] as? [String: Any])?["type"] as? String
                    return type != nil && type != "edda.step.resent"
                }
        }
        #expect(
            types == ["edda.saga.started", "edda.step.dispatched", "edda.step.succeeded", "edda.saga.completed"]
        )
        let text = await fixture.tool("trace", "pay-1")
        #expect(text.output.contains("   └─ edda.step.succeeded"))
        #expect(text.output.contains("capture-payment: payments.capture to payments"))
    }

    @Test func aMessageThatHasNotLeftStandsBelowTheEventOfItsSending() async throws {
        let fixture = try CommandFixture()
        _ = await fixture.run("sagas", "start", "order.pay", "--id", "pay-1", "--state", #"{"order":"1"}"#)
        let text = await fixture.tool("trace", "pay-1")
        #expect(text.status == 0)
        #expect(text.output.contains("   └─ message payments.capture"))
        #expect(text.output.contains("outbox 1, ready"))
    }

    // What a command causes carries the id of its message as its cause, and that is the id of the event of its sending.
    @Test func whatAParticipantDidStandsBelowTheSendingOfItsCommand() async throws {
        let fixture = try CommandFixture()
        try await fixture.onRuntime { runtime in
            let store = runtime.store
            try await runtime.start(PayOrder.self, id: "pay-1", state: .init(order: "1"))
            let message = try #require(try await store.read { try $0.outbox(after: 0, limit: 1) }.first?.message)
            let cause = EventMetadata(correlationID: message.correlationID, causationID: message.id)
            try await store.append([OrderPlaced(cents: 5)], to: "payment-1", metadata: cause)
        }
        let lines = await fixture.tool("trace", "pay-1").output.split(separator: "\n").map(String.init)
        let dispatched = try #require(lines.firstIndex { $0.contains("└─ edda.step.dispatched") })
        #expect(
            lines[(dispatched + 1)...].contains {
                $0.contains("   ├─ order.placed") || $0.contains("   └─ order.placed")
            }
        )
    }

    @Test func anUnknownConversationIsNamedTogetherWithTheNextCommand() async throws {
        let fixture = try CommandFixture()
        try await fixture.placeOrders()
        let outcome = await fixture.tool("trace", "nobody")
        #expect(outcome.status == 1)
        #expect(outcome.notes.contains("conversation nobody") && outcome.notes.contains("`edda events list --json`"))
    }
}
#endif
