import EddaCore
import EddaTesting
import Testing

@Suite struct AggregateTestTests {
    @Test func whatWasExpectedPasses() throws {
        try AggregateTest(Door.self).given([Opened(by: "ada")]).when { try $0.close() }.then([Closed(by: "ada")])
        try AggregateTest(Door.self).when { try $0.close() }.thenRejected("door.not-open")
        try AggregateTest(Door.self).given([Opened(by: "ada")]).given([Closed(by: "ada")]).when { $0.closeIfOpen() }
            .thenNothing()
        #expect(try AggregateTest(Door.self).given([Opened(by: "ada")]).state().openedBy == "ada")
    }

    @Test func otherEventsAreShownSideBySide() throws {
        let test = AggregateTest(Door.self).given([Opened(by: "ada")])
        let failure = #expect(throws: TestFailure.self) {
            try test.when { _ in [Opened(by: "bob"), Closed(by: "bob")] }.then([Opened(by: "bob"), Closed(by: "eve")])
        }
        #expect(
            failure?.description == """
                The decision returned other events than expected (- expected, + found):
                  door.opened v1 {"by":"bob"}
                - door.closed v2 {"by":"eve"}
                + door.closed v2 {"by":"bob"}
                """
        )
    }

    @Test func missingAndAdditionalEventsFail() {
        let test = AggregateTest(Door.self).given([Opened(by: "ada")])
        #expect(throws: TestFailure.self) { try test.when { try $0.close() }.thenNothing() }
        #expect(throws: TestFailure.self) { try test.when { _ in [] }.then([Closed(by: "ada")]) }
    }

    @Test func aRefusalThatWasNotExpectedIsShown() throws {
        let failure = #expect(throws: TestFailure.self) {
            try AggregateTest(Door.self).when { try $0.close() }.then([Closed(by: "ada")])
        }
        #expect(failure?.description.contains("door.not-open") == true)
        #expect(throws: TestFailure.self) {
            try AggregateTest(Door.self).when { try $0.close() }.thenRejected("another.code")
        }
        let decided = #expect(throws: TestFailure.self) {
            try AggregateTest(Door.self).given([Opened(by: "ada")]).when { try $0.close() }.thenRejected(
                "door.not-open"
            )
        }
        #expect(decided?.description.contains(#"door.closed v2 {"by":"ada"}"#) == true)
    }
}

private struct Opened: Event {
    static let eventType: EventType = "door.opened"
    var by: String
}

private struct Closed: Event {
    static let eventType: EventType = "door.closed"
    static let schemaVersion = 2
    var by: String
}

private struct Door: Aggregate {
    static let category: StreamCategory = "door"
    static let handlers = EventHandlers<Door> {
        On(Opened.self) { door, event in door.openedBy = event.by }
        On(Closed.self) { door, _ in door.openedBy = nil }
    }
    var openedBy: String?

    func close() throws -> [any Event] {
        guard let openedBy else { throw Rejection("door.not-open") }
        return [Closed(by: openedBy)]
    }

    func closeIfOpen() -> [any Event] { openedBy.map { [Closed(by: $0)] } ?? [] }
}
