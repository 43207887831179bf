#if CLI
import Edda
import Foundation
import Synchronization
import Testing

@testable import EddaCommands

/// The `edda` program, as the tests run it.
struct EddaProgram: DatabaseTool {}

extension CommandFixture {
    func tool(_ arguments: String...) async -> Outcome {
        await Outcome.of(EddaProgram.self, arguments + ["--database", database])
    }

    func toolJSON(_ arguments: String...) async throws -> Any {
        let outcome = await Outcome.of(EddaProgram.self, arguments + ["--json", "--database", database])
        try #require(outcome.status == 0, "\(outcome.notes)")
        return try JSONSerialization.jsonObject(with: Data(outcome.output.utf8), options: .fragmentsAllowed)
    }
}

@Suite struct ToolCommandTests {
    let fixture: CommandFixture

    init() throws { fixture = try CommandFixture() }

    @Test func itHasWhatNeedsNoCodeAndNothingElse() async {
        let help = await Outcome.of(EddaProgram.self, ["--help"])
        #expect(help.status == 0)
        for command in ["events", "streams", "trace", "schema", "projections", "sagas", "outbox", "inbox", "doctor"] {
            #expect(help.output.contains("\n  \(command) "), "\(command)")
        }
        #expect(!help.output.contains("serve"))
        for arguments in [["serve"], ["sagas", "start", "x"], ["projections", "rebuild", "x"]] {
            #expect(await Outcome.of(EddaProgram.self, arguments).status == 64, "\(arguments)")
        }
        let alone = await Outcome.of(EddaProgram.self, [])
        #expect(alone.status == 0)
        #expect(alone.output.contains("USAGE: edda"))
    }

    @Test func itWorksWhileTheOwnerRunsAndWhenNobodyDoes() async throws {
        try await fixture.onRuntime { runtime in
            try await runtime.store.append([OrderPlaced(cents: 500)], to: "order-1")
            let running = await fixture.tool("events", "read", "order-1")
            #expect(running.status == 0)
            #expect(running.output.contains(#"{"cents":500}"#))
            try await runtime.projections.catchUp()
        }
        #expect(await fixture.tool("streams").output.contains("order-1"))
        #expect(await fixture.tool("doctor").status == 0)
        let list = try #require(try await fixture.toolJSON("projections", "list") as? [[String: Any]])
        #expect(list.map { $0["name"] as? String } == ["open-orders"])
        let status = try #require(try await fixture.toolJSON("projections", "status") as? [[String: Any]])
        #expect(status.first?["lagPositions"] as? Int == 0)
    }

    @Test func whatItCannotOpenIsNamedWithStatusOne() async throws {
        let missing = await fixture.tool("streams")
        #expect(missing.status == 1)
        #expect(missing.notes == "error: There is no database at \(fixture.database). Check --database.\n")
        #expect(try fixture.folder.contents() == [])

        try Data().write(to: URL(filePath: fixture.database))
        let empty = await fixture.tool("streams")
        #expect(empty.status == 1)
        #expect(empty.notes.contains("\(fixture.database) is empty"))
    }

    // MARK: tail

    @Test func tailShowsTheLastEventsOfTheChosenOnes() async throws {
        try await fixture.placeOrders()
        try await fixture.onRuntime { _ = try await $0.store.append([OrderPlaced(cents: 7)], to: "order-2") }
        // JSON may have line breaks; what is printed has one object a line.
        try await fixture.onRuntime { runtime in
            let event = EventData(type: "order.noted", tags: ["noted"], data: Array("{\r\n \"by\": \"ada\"\n}".utf8))
            _ = try await runtime.store.append(Append([event], to: "note-1"))
        }
        func positions(_ arguments: String...) async throws -> [Int] {
            let outcome = await Outcome.of(
                EddaProgram.self,
                ["events", "tail", "--json", "--database", fixture.database] + arguments
            )
            return try outcome.output.split(separator: "\n")
                .map { line in
                    let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
                    return try #require(object?["position"] as? Int)
                }
        }
        #expect(try await positions() == [1, 2, 3, 4, 5])
        #expect(try await positions("-n", "2") == [4, 5])
        #expect(try await positions("-n", "0") == [])
        #expect(try await positions("--tag", "small") == [1, 3, 4])
        #expect(try await positions("--tag", "noted") == [5])
        #expect(try await positions("--stream", "order-2") == [2, 4])
        #expect(try await positions("--stream", "order-2", "--tag", "big") == [2])
        #expect(try await positions("--type", "order.lost") == [])
        let lost = await fixture.tool("events", "tail", "--stream", "order-9")
        #expect(lost.status == 1)
        #expect(lost.notes.contains("`edda streams`"))
    }

    @Test(.timeLimit(.minutes(2)), arguments: [false, true])
    func tailFollowsAndEndsWellWhenItIsCancelled(asJSON: Bool) async throws {
        try await fixture.placeOrders()
        try await fixture.onRuntime { runtime in
            let lines = LineProbe()
            let arguments = ["events", "tail", "-f", "-n", "1", "--database", fixture.database]
            let tail = Task {
                await Output.$current.withValue(lines.output) {
                    await EddaProgram.run(arguments + (asJSON ? ["--json"] : []))
                }
            }
            await lines.wait { $0.contains("order-3") }
            try await runtime.store.append([OrderPlaced(cents: 1)], to: "shelf-1")
            await lines.wait { $0.contains("shelf-1") }
            try await runtime.store.append([OrderPlaced(cents: 2)], to: "shelf-2")
            await lines.wait { $0.contains("shelf-2") }
            tail.cancel()
            #expect(await tail.value == 0)
            #expect(lines.text.split(separator: "\n").count == (asJSON ? 3 : 4))
            #expect(lines.text.hasSuffix("\n"))
        }
    }

    @Test(.timeLimit(.minutes(2)))
    func tailEndsWhenItsOutputFails() async throws {
        try await fixture.placeOrders()
        try await fixture.onRuntime { runtime in
            let lines = LineProbe()
            let notes = Mutex("")
            let output = Output(
                write: { text throws(OutputFailure) in
                    if text.contains("shelf-1") { throw OutputFailure(code: ENOSPC) }
                    lines.output.write(text)
                },
                note: { text in notes.withLock { $0 += text } }
            )
            let arguments = ["events", "tail", "-f", "--database", fixture.database]
            async let status = Output.$current.withValue(output) { await EddaProgram.run(arguments) }
            await lines.wait { $0.contains("order-3") }
            try await runtime.store.append([OrderPlaced(cents: 1)], to: "shelf-1")
            #expect(await status == 1)
            #expect(notes.withLock(\.self) == "error: The output could not be written: No space left on device.\n")
        }
    }

    // MARK: Search

    @Test func listFindsByConversationTimeAndPosition() async throws {
        let time = [1, 2, 3].map { Timestamp(microseconds: $0 * 86_400_000_000) }
        try await fixture.onDays(time) { store, day in
            let metadata = EventMetadata(correlationID: day == 1 ? "k" : "other")
            try await store.append([OrderPlaced(cents: 1)], to: "order-1", metadata: metadata)
            try await store.append([OrderPlaced(cents: 1)], to: "$own-1", metadata: EventMetadata(correlationID: "k"))
        }
        func positions(_ arguments: String...) async throws -> [Int] {
            let outcome = await Outcome.of(
                EddaProgram.self,
                ["events", "list", "--json", "--database", fixture.database] + arguments
            )
            #expect(outcome.status == 0, "\(outcome.notes)")
            let list = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [[String: Any]]
            return list?.compactMap { $0["position"] as? Int } ?? []
        }
        #expect(try await positions() == [1, 3, 5])
        #expect(try await positions("--correlation", "k") == [3])
        #expect(try await positions("--correlation", "k", "--category", "$own") == [2, 4, 6])
        #expect(
            try await positions("--correlation", "k", "--category", "$own", "--backward", "--limit", "2") == [6, 4]
        )
        #expect(try await positions("--since", "1970-01-03") == [3, 5])
        #expect(try await positions("--since", "1970-01-03T00:00:00.000001Z") == [5])
        #expect(try await positions("--until", "1970-01-03") == [1])
        #expect(try await positions("--since", "1970-01-03", "--until", "1970-01-04T00:00:00Z") == [3])
        #expect(try await positions("--since", "1999-01-01") == [])
        #expect(try await positions("--up-to", "4") == [1, 3])
        #expect(try await positions("--after", "1", "--up-to", "3", "--backward") == [3])
        let wrong = await fixture.tool("events", "list", "--since", "yesterday")
        #expect(wrong.status == 64)
        #expect(wrong.notes.contains("2026-11-21"))
    }

    // MARK: schema

    @Test func schemaCountsEveryVersionOfEveryType() async throws {
        try await fixture.onRuntime { runtime in
            let versions: [(StreamID, EventType, Int)] = [
                ("a-1", "x", 1), ("a-1", "x", 2), ("$own-1", "y", 1), ("a-2", "x", 2),
            ]
            let entries = versions.map {
                Append.Entry(stream: $0.0, event: EventData(type: $0.1, schemaVersion: $0.2, data: []))
            }
            _ = try await runtime.store.append(Append(entries))
        }
        let outcome = await fixture.tool("schema")
        #expect(
            outcome.output == """
                TYPE  VERSION  EVENTS  FIRST  LAST
                x           1       1      1     1
                x           2       2      2     4

                """
        )
        #expect(outcome.notes.isEmpty)
        let all = try #require(try await fixture.toolJSON("schema", "--all") as? [[String: Any]])
        #expect(all.map { $0["type"] as? String } == ["x", "x", "y"])
        #expect(all.last?["reserved"] as? Bool == true)
    }
}

/// Collects what a command writes, and tells when it is what is waited for.
final class LineProbe: Sendable {
    private let written = Mutex("")
    private let change = Signal()

    var text: String { written.withLock { $0 } }

    var output: Output {
        Output(
            write: { text in
                self.written.withLock { $0 += text }
                self.change.raise()
            },
            note: { _ in }
        )
    }

    func wait(until holds: (String) -> Bool) async {
        while true {
            let seen = change.count
            if holds(text) { return }
            guard (try? await change.wait(past: seen)) != nil else { return }
        }
    }
}
#endif
