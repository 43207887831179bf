import EddaCore
import Testing

/// What a registry of events refuses to be made of. // acceptance: 22
@Suite struct RegistryTests {
    private func refusal(_ events: [any Event.Type], _ upcasters: [Upcaster] = []) -> SchemaError? {
        #expect(throws: SchemaError.self) { try SchemaRegistry(events: events, upcasters: upcasters) }
    }

    private func upcaster(_ type: EventType, _ version: Int) -> Upcaster {
        Upcaster(type, from: version) { (old: Empty) in old }
    }

    @Test func eventsAndCompleteChainsAreAccepted() throws {
        let schema = try SchemaRegistry(
            events: [Paid.self, Renamed.self, Paid.self],
            upcasters: [upcaster("paid", 2), upcaster("paid", 1)]
        )
        #expect(try schema.decode(stored("renamed.once", 1)) is Renamed)
        #expect(try schema.decode(stored("paid", 1)) is Paid)
    }

    @Test func twoEventsOfOneName() {
        let error = refusal([Paid.self, OtherPaid.self])
        #expect(error?.code == .duplicateType)
        #expect(error?.description.contains("Paid and OtherPaid both claim the type paid.") == true)
    }

    @Test func anAliasThatIsTaken() {
        let error = refusal([Renamed.self, Once.self])
        #expect(error?.code == .duplicateType)
        #expect(error?.description.contains("renamed.once (an alias of Renamed)") == true)
    }

    @Test func namesThatLeadRoundInACycle() {
        let error = refusal([Paid.self, Ping.self, Pong.self])
        #expect(error?.code == .aliasCycle)
        #expect(error?.description.contains("ping was pong was ping") == true)
    }

    @Test func anEventThatIsItsOwnAlias() {
        #expect(refusal([Selfish.self])?.code == .aliasCycle)
    }

    @Test func aChainThatEndsBelowTheEvent() {
        let error = refusal([Paid.self], [upcaster("paid", 1)])
        #expect(error?.code == .missingUpcaster)
        #expect(error?.description.contains("Paid has schema version 3") == true)
        #expect(error?.description.contains("upcasters of paid end at version 2") == true)
    }

    @Test func aMissingChain() {
        let error = refusal([Paid.self])
        #expect(error?.code == .missingUpcaster)
        #expect(error?.description.contains("no upcaster of paid. Add the one from version 2") == true)
    }

    @Test func aGapInAChain() {
        let error = refusal([Paid.self], [upcaster("paid", 1), upcaster("paid", 3)])
        #expect(error?.code == .missingUpcaster)
        #expect(error?.description.contains("the one from 2 is missing") == true)
    }

    @Test func aChainThatLeadsAboveTheEvent() {
        let error = refusal([Paid.self], [upcaster("paid", 2), upcaster("paid", 3)])
        #expect(error?.code == .surplusUpcaster)
        #expect(error?.description.contains("lead to version 4, but Paid has schema version 3") == true)
    }

    @Test func anUpcasterThatNoEventNeeds() {
        let error = refusal([Once.self], [upcaster("lost", 1)])
        #expect(error?.code == .surplusUpcaster)
        #expect(error?.description.contains("upcaster of lost from version 1") == true)
    }

    @Test func anUpcasterUnderAnEarlierName() {
        let error = refusal([Renamed.self], [upcaster("renamed.once", 1)])
        #expect(error?.code == .surplusUpcaster)
        #expect(error?.description.contains("an earlier name of renamed.") == true)
    }

    @Test func versionsAndNamesThatNoEventMayHave() {
        #expect(refusal([Unversioned.self])?.code == .invalidEvent)
        #expect(refusal([Reserved.self])?.code == .invalidEvent)
        #expect(refusal([Once.self], [upcaster("renamed.once", 0)])?.code == .surplusUpcaster)
    }

    @Test func anEventThatIsNotRegisteredIsNamed() throws {
        let schema = try SchemaRegistry(events: [Once.self])
        let error = #expect(throws: SchemaError.self) { try schema.decode(stored("lost", 1)) }
        #expect(error?.code == .unknownType)
        #expect(error?.description.contains("position 7") == true)
        #expect(error?.description.contains("lost") == true)
    }
}

private func stored(_ type: EventType, _ version: Int) -> RecordedEvent {
    RecordedEvent(
        position: Position(7),
        stream: "order-1",
        version: 2,
        recordedAt: Timestamp(microseconds: 0),
        event: EventData(type: type, schemaVersion: version, data: Array("{}".utf8))
    )
}

private struct Empty: Codable, Sendable {}

private struct Paid: Event {
    static let eventType: EventType = "paid"
    static let schemaVersion = 3
}

private struct OtherPaid: Event {
    static let eventType: EventType = "paid"
}

private struct Once: Event {
    static let eventType: EventType = "renamed.once"
}

private struct Renamed: Event {
    static let eventType: EventType = "renamed"
    static let aliases: [EventType] = ["renamed.once"]
}

private struct Ping: Event {
    static let eventType: EventType = "ping"
    static let aliases: [EventType] = ["pong"]
}

private struct Pong: Event {
    static let eventType: EventType = "pong"
    static let aliases: [EventType] = ["ping"]
}

private struct Selfish: Event {
    static let eventType: EventType = "selfish"
    static let aliases: [EventType] = ["selfish"]
}

private struct Unversioned: Event {
    static let eventType: EventType = "unversioned"
    static let schemaVersion = 0
}

private struct Reserved: Event {
    static let eventType: EventType = "edda.mine"
}
