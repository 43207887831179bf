import EddaCore
import EddaSQLite
import Testing

@Suite struct SQLiteStoreTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test func eventsSurviveClosingAndOpening() async throws {
        let store = try await folder.store()
        let written = try await store.append(
            Append([EventData(type: "a", data: [1]), EventData(type: "b", data: [2])], to: "s-1")
        )
        #expect(written.positions == Position(1)...Position(2))
        await store.close()
        let again = try await folder.store()
        let events = try await again.events(in: "s-1")
        #expect(events.map(\.data) == [[1], [2]])
        #expect(try await again.head() == Position(2))
        await again.close()
    }
}
