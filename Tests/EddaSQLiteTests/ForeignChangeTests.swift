import EddaCore
import EddaSQLite
import EddaTesting
import Testing

/// What the file itself refuses to programs that write to it without Edda.
@Suite struct ForeignChangeTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private static let names = [
        "UPDATE edda_streams SET name = 'other-1'", "UPDATE edda_streams SET category = 2",
        "UPDATE edda_streams SET id = id + 7", "DELETE FROM edda_streams",
        "UPDATE edda_types SET name = 'other'", "UPDATE edda_types SET id = id + 7", "DELETE FROM edda_types",
        "UPDATE edda_categories SET name = 'other'", "UPDATE edda_categories SET id = id + 7",
        "DELETE FROM edda_categories",
        "UPDATE edda_tags SET name = 'other'", "UPDATE edda_tags SET id = id + 7", "DELETE FROM edda_tags",
    ]

    // acceptance: 12; guarantees: G3, G14
    @Test(arguments: names) func whatEventsAreStoredUnderIsNeverRenamedOrDeleted(_ change: String) async throws {
        let event = EventData(type: "a", tags: ["red"], data: [1])
        let store = try await folder.store()
        try await store.append(Append([event], to: "s-1"))
        // No foreign keys: they are off in a connection that does not ask for them (sqlite.org/foreignkeys.html).
        let foreign = try RawDatabase(folder.file())
        // Also not in maintenance.
        for maintenance in 0...1 {
            try foreign.execute("UPDATE edda_log SET maintenance = \(maintenance)")
            let failure = #expect(throws: RawDatabase.Failure.self) { try foreign.execute(change) }
            #expect(failure?.description.hasPrefix("edda: ") == true)
        }
        try foreign.execute("UPDATE edda_log SET maintenance = 0")
        #expect(try await store.events(in: "s-1").map(\.event) == [event])
        #expect(try await store.events(matching: EventQuery(tags: ["red"])).events.map(\.type) == ["a"])
        try await store.write { try $0.archive("s-1") }
        #expect(try await store.state(of: "s-1") == .archived(version: 1))
        await store.close()
    }

    // acceptance: 12; guarantees: G3
    @Test func aPositionThatMaintenanceHasDeletedIsNotGivenAgain() async throws {
        let store = try await folder.store()
        for _ in 1...3 { try await store.append(Append([EventData(type: "a", data: [1])], to: "s-1")) }
        await store.close()
        let foreign = try RawDatabase(folder.file())
        try foreign.execute("UPDATE edda_log SET maintenance = 1; DELETE FROM edda_events WHERE position = 2")
        for position in [2, 0, -1] {
            let insert = """
                INSERT INTO edda_events SELECT \(position), stream, 9, category, type, 1, 0, randomblob(16), NULL, NULL, NULL,
                NULL, x'' FROM edda_events WHERE position = 1
                """
            for transaction in [["", ""], ["BEGIN;", "COMMIT;"]] {
                let failure = #expect(throws: RawDatabase.Failure.self) {
                    try foreign.execute("\(transaction[0]) \(insert)")
                }
                #expect(failure?.description.contains("only appended") == true)
                try foreign.execute(transaction[1])
            }
        }
        #expect(try foreign.rows("SELECT position FROM edda_events") == ["1", "3"])
    }

    // acceptance: 12; guarantees: G14
    @Test func anEventIsNotDeletedFromUnderItsTags() async throws {
        let store = try await folder.store()
        try await store.append(Append([EventData(type: "a", tags: ["red"], data: [1])], to: "s-1"))
        await store.close()
        let foreign = try RawDatabase(folder.file())
        try foreign.execute("UPDATE edda_log SET maintenance = 1")
        let failure = #expect(throws: RawDatabase.Failure.self) { try foreign.execute("DELETE FROM edda_events") }
        #expect(failure?.description.contains("tags") == true)
        try foreign.execute("DELETE FROM edda_event_tags; DELETE FROM edda_events; UPDATE edda_log SET maintenance = 0")
        #expect(try foreign.rows("SELECT position FROM edda_holes") == ["1"])
    }
}
