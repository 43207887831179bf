import EddaCore
import EddaTesting
import Testing

/// What a consumer does with events that the program does not know. // acceptance: 22
@Suite struct ConsumerTests {
    private func store() async throws -> InMemoryStore {
        let store = InMemoryStore(schema: try SchemaRegistry(events: [Known.self]))
        try await store.append([Known(), Known()], to: "a-1")
        return store
    }

    @Test func anUnknownTypeThatIsStoredStopsTheStart() async throws {
        let store = try await store()
        _ = try await store.append(Append([EventData(type: "lost", data: [])], to: "a-1"))
        let error = await #expect(throws: SchemaError.self) { try await store.consume(as: "mailer") { _ in } }
        #expect(error?.code == .unknownType)
        #expect(error?.description.contains("type lost") == true)
    }

    @Test func anUnknownTypeThatComesLaterStopsItAfterWhatIsBeforeIt() async throws {
        let store = try await store()
        let error = await #expect(throws: SchemaError.self) {
            try await store.consume(as: "mailer", batchSize: 2) { events in
                guard events.first?.position == Position(1) else { return }
                _ = try await store.append(
                    Append([EventData(type: "known", data: []), EventData(type: "lost", data: [])], to: "a-1")
                )
            }
        }
        #expect(error?.code == .unknownType)
        #expect(error?.description.contains("position 4") == true)
        #expect(try await store.read { try $0.checkpoint("mailer") } == Position(3))
    }

    @Test func aQueryForTypesPassesItOver() async throws {
        let store = try await store()
        _ = try await store.append(Append([EventData(type: "lost", data: [])], to: "a-1"))
        try await store.append([Known()], to: "a-1")
        let error = await #expect(throws: Rejection.self) {
            try await store.consume(as: "mailer", matching: EventQuery(events: Known.self)) { events in
                throw Rejection("handled", "\(events.map(\.position.value))")
            }
        }
        #expect(error?.description.contains("[1, 2, 4]") == true)
    }
}

private struct Known: Event {
    static let eventType: EventType = "known"
}
