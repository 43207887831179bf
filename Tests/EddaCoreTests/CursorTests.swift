import EddaCore
import EddaTesting
import Foundation
import Testing

@Suite struct CursorTests {
    @Test(arguments: ["1:0", "1:1042", "12:9223372036854775807"]) func itsTextIsReadAsItWasWritten(_ text: String)
        throws
    {
        let cursor = try #require(Cursor(text))
        #expect(cursor.description == text)
        let coded = try JSONDecoder().decode([Cursor].self, from: JSONEncoder().encode([cursor]))
        #expect(coded == [cursor])
    }

    @Test(arguments: [
        "", "1", ":", "1:", ":1", "0:1", "-1:1", "1:-1", "+1:1", "1: 1", "1:2:3", "1:9223372036854775808", "a:b",
    ])
    func whatIsNoCursorIsRefused(_ text: String) {
        #expect(Cursor(text) == nil)
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode([Cursor].self, from: JSONEncoder().encode([text]))
        }
    }

    @Test func theStoreInMemoryIsOfTheFirstGeneration() async throws {
        let store = InMemoryStore()
        #expect(try await store.cursor() == .start)
        _ = try await store.append(Append([EventData(type: "a", data: [])], to: "s-1"))
        let cursor = try await store.cursor()
        #expect(cursor == Cursor(generation: 1, position: Position(1)))
        #expect(try await store.position(of: cursor) == Position(1))
        #expect(try await store.cursor(at: .start) == .start)
        #expect(try await store.renewed(cursor) == cursor)
        await #expect(throws: StaleCursor.self) {
            try await store.subscribe(after: Cursor(generation: 1, position: Position(2)))
        }
        await #expect(throws: StaleCursor.self) { try await store.renewed(cursor.advanced(to: Position(2))) }
    }
}
