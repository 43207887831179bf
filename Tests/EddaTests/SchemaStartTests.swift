import Edda
import EddaTesting
import Testing

/// A runtime looks at its start whether it can read what is stored. // acceptance: 22
@Suite struct SchemaStartTests {
    private func start(
        _ schema: SchemaRegistry,
        stored: TypeVersion,
        @EddaRuntime.Builder _ parts: () -> [EddaRuntime.Component]
    )
        async throws
    {
        let store = InMemoryStore(schema: schema)
        let event = EventData(type: stored.type, schemaVersion: stored.schemaVersion, data: [])
        _ = try await store.append(Append([event], to: "parcel-1"))
        let runtime = try EddaRuntime(store: store, components: parts)
        try await runtime.prepare()
    }

    private var parcels: Projection {
        Projection("parcels", version: 1) {
            On(ParcelSent.self) { _, _ in }
        }
    }

    @Test func whatAProjectionCannotReadStopsTheStart() async throws {
        let error = await #expect(throws: SchemaError.self) {
            try await start(SchemaRegistry(), stored: .init("parcel.sent", 1)) { parcels }
        }
        #expect(error?.code == .missingUpcaster)
        #expect(error?.description.contains("parcel.sent are stored in version 1") == true)
    }

    @Test func whatALaterProgramStoredStopsTheStart() async throws {
        let error = await #expect(throws: SchemaError.self) {
            try await start(SchemaRegistry(), stored: .init("parcel.sent", 3)) { parcels }
        }
        #expect(error?.code == .newerVersion)
    }

    @Test func anUnknownTypeStopsTheStartOfWhatFollowsAllTypes() async throws {
        let schema = try SchemaRegistry(events: [ParcelLost.self])
        let error = await #expect(throws: SchemaError.self) {
            try await start(schema, stored: .init("parcel.found", 1)) { Projection("all", version: 1) {} }
        }
        #expect(error?.code == .unknownType)
        #expect(error?.description.contains("parcel.found") == true)
    }

    @Test func anUnknownTypeThatNobodyMeetsDoesNot() async throws {
        let schema = try SchemaRegistry(
            events: [ParcelLost.self, ParcelSent.self],
            upcasters: [Upcaster("parcel.sent", from: 1) { (old: ParcelSent) in old }]
        )
        try await start(schema, stored: .init("parcel.found", 1)) {}
    }
}

private struct ParcelSent: Event {
    static let eventType: EventType = "parcel.sent"
    static let schemaVersion = 2
}

private struct ParcelLost: Event {
    static let eventType: EventType = "parcel.lost"
}
