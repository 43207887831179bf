import EddaCore
import EddaTesting
import Testing

/// What is found at start-up, by the stored types alone. // acceptance: 22
@Suite struct SchemaCheckTests {
    private func store(_ schema: SchemaRegistry, _ stored: TypeVersion...) async throws -> InMemoryStore {
        let store = InMemoryStore(schema: schema)
        // Data that decodes as nothing: the check does not look at it.
        let events = stored.map { EventData(type: $0.type, schemaVersion: $0.schemaVersion, data: []) }
        _ = try await store.append(Append(events, to: "order-1"))
        return store
    }

    private func upcaster(_ version: Int) -> Upcaster { Upcaster("placed", from: version) { (old: Placed) in old } }

    @Test func whatCanBeReadIsNoProblem() async throws {
        let schema = try SchemaRegistry(events: [Placed.self], upcasters: [upcaster(1), upcaster(2)])
        let store = try await store(schema, .init("placed", 1), .init("placed", 3), .init("order-placed", 2))
        #expect(try await store.checkSchema(subscribingTo: [.all]) == [])
    }

    @Test func aStoredVersionWithoutAnUpcasterIsNamed() async throws {
        let schema = try SchemaRegistry(events: [Placed.self], upcasters: [upcaster(2)])
        let store = try await store(schema, .init("placed", 2), .init("order-placed", 1))
        let error = await #expect(throws: SchemaError.self) { try await store.checkSchema() }
        #expect(error?.code == .missingUpcaster)
        #expect(error?.description.contains("type order-placed are stored in version 1") == true)
        #expect(error?.description.contains("no upcaster of placed leads from version 1 to 2") == true)
    }

    @Test func aStoredVersionOfALaterProgramIsNamed() async throws {
        let schema = try SchemaRegistry(events: [Placed.self], upcasters: [upcaster(2)])
        let store = try await store(schema, .init("placed", 4))
        let error = await #expect(throws: SchemaError.self) { try await store.checkSchema() }
        #expect(error?.code == .newerVersion)
        #expect(error?.description.contains("type placed are stored in version 4") == true)
    }

    @Test func whatIsHandledIsCheckedWithoutBeingRegistered() async throws {
        let store = try await store(SchemaRegistry(), .init("placed", 2), .init("lost", 9))
        #expect(try await store.checkSchema() == [])
        let error = await #expect(throws: SchemaError.self) { try await store.checkSchema(handling: [Placed.self]) }
        #expect(error?.code == .missingUpcaster)
    }

    @Test func allProblemsAreListed() async throws {
        let schema = try SchemaRegistry(events: [Placed.self], upcasters: [upcaster(2)])
        let store = try await store(schema, .init("placed", 1), .init("placed", 5), .init("lost", 1))
        let error = await #expect(throws: SchemaError.self) { try await store.checkSchema(subscribingTo: [.all]) }
        #expect(error?.description.split(separator: "\n").count == 3)
    }

    @Test func typesThatNobodyKnowsStopOnlyWhatMeetsThem() async throws {
        let schema = try SchemaRegistry(events: [Placed.self], upcasters: [upcaster(2)])
        let store = try await store(schema, .init("lost", 1), .init("lost", 2), .init("edda.saga.started", 1))
        #expect(try await store.checkSchema(subscribingTo: [EventQuery(events: Placed.self)]) == ["lost"])
        let error = await #expect(throws: SchemaError.self) { try await store.checkSchema(subscribingTo: [.all]) }
        #expect(error?.code == .unknownType)
        #expect(error?.description.contains("type lost") == true)
    }

    @Test func withoutRegisteredEventsNothingIsUnknown() async throws {
        let store = try await store(SchemaRegistry(), .init("lost", 1))
        #expect(try await store.checkSchema(subscribingTo: [.all]) == [])
    }
}

private struct Placed: Event {
    static let eventType: EventType = "placed"
    static let aliases: [EventType] = ["order-placed"]
    static let schemaVersion = 3
}
