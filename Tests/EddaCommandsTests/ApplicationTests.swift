#if CLI
import ArgumentParser
import Edda
import EddaTesting
import Foundation
import Synchronization
import Testing

@testable import EddaCommands

/// How a command line is understood, and what the process answers with.
@Suite struct ApplicationTests {
    let fixture: CommandFixture

    init() throws { fixture = try CommandFixture() }

    @Test func helpListsTheCommandsAndSucceeds() async {
        let outcome = await Outcome.of(Orders.self, ["--help"])
        #expect(outcome.status == 0)
        #expect(outcome.output.contains("Takes orders."))
        for command in ["serve", "events", "streams", "projections", "sagas", "outbox", "inbox", "doctor"] {
            #expect(outcome.output.contains(command))
        }
        #expect(outcome.notes.isEmpty)
    }

    @Test(arguments: [
        ["lost"],
        ["events", "read"],
        ["events", "read", "order-1", "--from", "0"],
        ["events", "read", "order-1", "--from", "3", "--to", "2"],
        ["events", "read", "-order"],
        ["streams", "--limit", "-1"],
        ["streams", "--limit", "many"],
        ["streams", "--log-level", "loud"],
    ])
    func aWrongCommandLineIsStatus64AndGoesToStandardError(_ arguments: [String]) async {
        let outcome = await Outcome.of(Orders.self, arguments + ["--database", fixture.database])
        #expect(outcome.status == 64)
        #expect(outcome.output.isEmpty)
        #expect(!outcome.notes.isEmpty)
    }

    @Test func theOptionGoesBeforeTheEnvironment() {
        func database(_ option: String?, _ environment: [String: String]) -> String? {
            DatabaseOptions.database(option: option, environment: environment)
        }
        #expect(database("a.db", ["EDDA_DATABASE": "b.db"]) == "a.db")
        #expect(database(nil, ["EDDA_DATABASE": "b.db"]) == "b.db")
        #expect(database("", [:]) == nil)
        #expect(database(nil, [:]) == nil)
    }

    @Test func aMistypedPathCreatesNoDatabase() async {
        let outcome = await fixture.run("streams")
        #expect(outcome.status == 1)
        #expect(outcome.notes.contains("There is no database at \(fixture.database)"))
        #expect((try? fixture.folder.contents()) == [])
    }

    // guarantees: G14
    @Test(arguments: [["streams"], ["verify"], ["doctor"], ["projections", "status"], ["backup", "copy.db"]])
    func noCommandThatOnlyLooksCreatesADatabase(_ words: [String]) async throws {
        let arguments = words.map { $0 == "copy.db" ? fixture.folder.file($0) : $0 }
        func outcomes() async -> [(name: String, outcome: Outcome)] {
            [
                ("foldered", await Outcome.of(Foldered.self, arguments + ["--data", fixture.folder.path])),
                ("grouped", await Outcome.of(Grouped.self, arguments + ["--database", fixture.database])),
            ]
        }
        for (name, outcome) in await outcomes() {
            #expect(outcome.status == 1 && outcome.output.isEmpty)
            #expect(outcome.notes.contains("There is no database at "), "\(outcome.notes)")
            #expect(outcome.notes.contains("orders.db. Check the options that name it; `\(name) serve` creates one."))
            #expect(try fixture.folder.contents() == [])
        }
        try Data().write(to: URL(filePath: fixture.database))
        for (_, outcome) in await outcomes() {
            #expect(outcome.status == 1 && outcome.notes.contains("is empty, so it is no Edda database."))
            #expect(try fixture.folder.contents() == ["orders.db"])
        }
        try FileManager.default.removeItem(atPath: fixture.database)
        // What is there is worked on.
        try await fixture.placeOrders()
        let outcome = await outcomes()[0].outcome
        #expect(outcome.status == 0, "\(outcome.notes)")
    }

    @Test func namesOfCommandsComeFromTypes() {
        #expect(Orders.commandName == "orders")
        #expect(CommandNaming.commandName(of: "OrderFulfilment") == "order-fulfilment")
        #expect(CommandNaming.commandName(of: "Orders2Go") == "orders2-go")
    }

    @Test func optionsAndCommandsOfTheApplicationsOwn() async throws {
        let outcome = await Outcome.of(Custom.self, ["streams", "--stream", "order-5", "--json"])
        #expect(outcome.status == 0, "\(outcome.notes)")
        #expect(outcome.output.contains(#""stream":"order-5""#))

        let own = await Outcome.of(Custom.self, ["greet"])
        #expect(own.status == 0)
        let usage = await Outcome.of(Custom.self, ["streams"])
        #expect(usage.status == 64)
        #expect(usage.notes.contains("--stream"))
    }

    @Test func whatMakeThrowsIsStatusOne() async {
        let outcome = await Outcome.of(Custom.self, ["streams", "--stream", "-"])
        #expect(outcome.status == 1)
        #expect(outcome.notes.hasPrefix("error: \"-\" cannot be a stream id"))
    }

    #if os(Linux)
    @Test(
        .timeLimit(.minutes(2)),
        arguments: [
            ["--help"], ["streams"], ["events", "list", "--json"], ["events", "tail", "--follow"], ["doctor"],
        ]
    )
    func whatCannotBeWrittenIsStatusOne(_ arguments: [String]) async throws {
        try await fixture.placeOrders()
        // A device that is always full (full(4)).
        let device = open("/dev/full", O_WRONLY)
        defer { close(device) }
        let notes = Mutex("")
        let output = Output(write: Output.writer(to: device), note: { text in notes.withLock { $0 += text } })
        let words = arguments + ["--database", fixture.database]
        #expect(await Output.$current.withValue(output) { await Orders.run(words) } == 1)
        #expect(notes.withLock(\.self) == "error: The output could not be written: No space left on device.\n")
    }
    #endif

    @Test func theCommandsOfAnotherRootFailWhenTheirOutputDoes() async throws {
        try await fixture.placeOrders()
        let closed = Output(write: Output.writer(to: -1), note: { _ in })
        let arguments = ["streams", "--database", fixture.database]
        var command = try #require(try Tool.parseAsRoot(arguments) as? any AsyncParsableCommand)
        await #expect(throws: OutputFailure.self) {
            try await Output.$current.withValue(closed) { try await command.run() }
        }
    }

    @Test func anotherRootMountsTheCommands() async throws {
        try await fixture.placeOrders()
        let output = OutputProbe()
        for arguments in [["streams"], ["projections", "list"]] {
            var command = try #require(
                try Tool.parseAsRoot(arguments + ["--database", fixture.database]) as? any AsyncParsableCommand
            )
            try await Output.$current.withValue(output.output) { try await command.run() }
        }
        #expect(output.text.contains("order-1") && output.text.contains("open-orders"))
    }
}

private struct Tool: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "tool", subcommands: OperatorCommands<Orders>.all)
}

private struct CustomOptions: ParsableArguments, Sendable {
    @Option var stream: String
}

/// An application with options of its own, on a store in memory.
private struct Custom: EddaApplication {
    typealias Options = CustomOptions
    static let commandName = "custom"
    static var subcommands: [any ParsableCommand.Type] { [Greet.self] }

    static func make(_ setup: Setup) async throws -> EddaRuntime {
        let store = InMemoryStore()
        try await store.append([OrderPlaced(cents: 1)], to: StreamID(validating: setup.options.stream))
        return try EddaRuntime(store: store, logger: setup.logger) {}
    }

    struct Greet: ParsableCommand {
        static var configuration: CommandConfiguration { CommandConfiguration(commandName: "greet") }
        func run() {}
    }
}

private struct FolderOptions: ParsableArguments, Sendable {
    @Option var data: String
}

/// An application whose options lead to its database in a way of their own.
private struct Foldered: EddaApplication {
    typealias Options = FolderOptions

    static func make(_ setup: Setup) async throws -> EddaRuntime {
        try EddaRuntime(store: await SQLiteStore(path: setup.options.data + "/orders.db"), logger: setup.logger) {}
    }
}

private struct GroupedOptions: ParsableArguments, Sendable {
    @OptionGroup var database: DatabaseOptions
    @Flag var dryRun = false
}

/// An application that includes the options of a program with one database.
private struct Grouped: EddaApplication {
    typealias Options = GroupedOptions

    static func make(_ setup: Setup) async throws -> EddaRuntime {
        try EddaRuntime(store: await SQLiteStore(path: setup.options.database.database), logger: setup.logger) {}
    }
}
#endif
