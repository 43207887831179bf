#if CLI
import Edda
import Testing

@testable import EddaCommands

@Suite struct EventCommandTests {
    let fixture: CommandFixture

    init() throws { fixture = try CommandFixture() }

    @Test func readShowsAStreamAsATable() async throws {
        try await fixture.placeOrders()
        let outcome = await fixture.run("events", "read", "order-2")
        #expect(outcome.status == 0)
        let lines = outcome.output.split(separator: "\n")
        #expect(lines.count == 2)
        #expect(lines[0].hasPrefix("POSITION  STREAM   VERSION  TYPE"))
        #expect(lines[1].hasPrefix("       2  order-2        1  order.placed"))
        #expect(lines[1].hasSuffix(#"{"cents":4200}"#))
        #expect(outcome.notes.isEmpty)
    }

    @Test func readPrintsJSONWithStableNames() async throws {
        try await fixture.placeOrders()
        let events = try await fixture.objects("events", "read", "order-2")
        let event = try #require(events.first)
        #expect(events.count == 1)
        #expect(
            event.keys.sorted() == [
                "causationID", "correlationID", "data", "headers", "id", "position", "recordedAt", "schemaVersion",
                "stream", "tags", "type", "version",
            ]
        )
        #expect(event["position"] as? Int == 2)
        #expect(event["tags"] as? [String] == ["big"])
        #expect((event["data"] as? [String: Int]) == ["cents": 4_200])
    }

    @Test func versionsDirectionAndLimitChooseEvents() async throws {
        try await fixture.onRuntime { runtime in
            for cents in 1...5 { try await runtime.store.append([OrderPlaced(cents: cents)], to: "order-1") }
        }
        func versions(_ arguments: String...) async throws -> [Int] {
            let outcome = await Outcome.of(
                Orders.self,
                ["events", "read", "order-1", "--database", fixture.database] + arguments
            )
            // The third column of the table.
            return outcome.output.split(separator: "\n").dropFirst()
                .compactMap { Int($0.split(separator: " ", omittingEmptySubsequences: true)[2]) }
        }
        #expect(try await versions() == [1, 2, 3, 4, 5])
        #expect(try await versions("--backward") == [5, 4, 3, 2, 1])
        #expect(try await versions("--from", "2", "--to", "4") == [2, 3, 4])
        #expect(try await versions("--backward", "--limit", "2") == [5, 4])
        #expect(try await versions("--limit", "0") == [])
    }

    @Test func aCutListSaysHowItGoesOn() async throws {
        try await fixture.onRuntime { runtime in
            for cents in 1...5 { try await runtime.store.append([OrderPlaced(cents: cents)], to: "order-1") }
        }
        #expect(await fixture.run("events", "read", "order-1", "--limit", "2").notes.contains("--from 3"))
        #expect(await fixture.run("events", "read", "order-1", "--backward", "--limit", "2").notes.contains("--to 3"))
        #expect(await fixture.run("events", "read", "order-1", "--limit", "5").notes.isEmpty)
        #expect(await fixture.run("events", "list", "--limit", "2").notes.contains("--after 2"))
        #expect(await fixture.run("events", "list", "--limit", "5").notes.isEmpty)
    }

    @Test func listFiltersByTypeTagCategoryAndPosition() async throws {
        try await fixture.placeOrders()
        #expect(try await fixture.objects("events", "list").count == 3)
        #expect(try await fixture.objects("events", "list", "--tag", "big").count == 1)
        #expect(try await fixture.objects("events", "list", "--type", "order.placed", "--after", "1").count == 2)
        #expect(try await fixture.objects("events", "list", "--type", "order.lost").isEmpty)
        #expect(try await fixture.objects("events", "list", "--category", "shelf").isEmpty)
        #expect(try await fixture.objects("events", "list", "--limit", "2").count == 2)
    }

    @Test(arguments: [
        ([0xFF, 0x00], "/wA="),
        ([], ""),
        (Array(#"{"a":01}"#.utf8), "eyJhIjowMX0="),
    ])
    func dataThatIsNoJSONIsPrintedInBase64(_ data: [UInt8], _ base64: String) async throws {
        try await fixture.onRuntime { runtime in
            let event = EventData(type: "raw", data: data)
            _ = try await runtime.store.append(Append([event], to: "order-1"))
        }
        let event = try #require(try await fixture.objects("events", "read", "order-1").first)
        #expect(event["dataBase64"] as? String == base64)
        #expect(event["data"] == nil)
    }

    @Test func digitsOfStoredNumbersAreKept() async throws {
        let stored = #"{"exact": 0.1234567890123456789012345}"#
        try await fixture.onRuntime { runtime in
            let event = EventData(type: "raw", data: Array(stored.utf8))
            _ = try await runtime.store.append(Append([event], to: "order-1"))
        }
        let outcome = await fixture.run("events", "read", "order-1", "--json")
        #expect(outcome.output.contains(stored))
    }

    @Test func anUnknownStreamIsNamedTogetherWithTheNextCommand() async throws {
        try await fixture.placeOrders()
        let outcome = await fixture.run("events", "read", "order-9")
        #expect(outcome.status == 1)
        #expect(outcome.output.isEmpty)
        #expect(outcome.notes == "error: There is no stream order-9. `orders streams` lists the streams there are.\n")
    }

    @Test func streamsAreListedByCategoryAndPage() async throws {
        try await fixture.placeOrders()
        try await fixture.onRuntime { runtime in
            try await runtime.store.append([OrderPlaced(cents: 1)], to: "shelf-7")
            try await runtime.store.write { try $0.archive("order-3") }
        }
        let all = try await fixture.objects("streams")
        #expect(all.map { $0["stream"] as? String } == ["order-1", "order-2", "order-3", "shelf-7"])
        #expect(all.map { $0["archived"] as? Bool } == [false, false, true, false])
        #expect(try await fixture.objects("streams", "--category", "shelf").count == 1)
        #expect(try await fixture.objects("streams", "--after", "order-2", "--limit", "1").count == 1)
        #expect(await fixture.run("streams", "--limit", "1").notes.contains("--after 'order-1'"))
    }
}
#endif
