#if CLI
internal import ArgumentParser
internal import Edda
internal import Logging
#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// The options of every command: the application's own, and the log level.
struct CommonOptions<App: EddaApplication>: ParsableArguments {
    @OptionGroup var application: App.Options

    @Option(
        help: ArgumentHelp(
            "Log messages from this level on, to standard error: trace, debug, info, notice, warning, error, critical.",
            valueName: "level"
        ),
        transform: parseLogLevel
    )
    var logLevel: Logger.Level = .warning
}

@Sendable private func parseLogLevel(_ text: String) throws -> Logger.Level {
    guard let level = Logger.Level(rawValue: text) else {
        let known = Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")
        throw ValidationError("\"\(text)\" is no log level; there are \(known).")
    }
    return level
}

/// A command that works on the application's runtime without running it.
protocol RuntimeCommand: AsyncParsableCommand {
    associatedtype App: EddaApplication

    var common: CommonOptions<App> { get }

    /// Whether the command may create the database; one that only looks must not, or a mistyped path would show an
    /// empty store.
    static var createsDatabase: Bool { get }

    /// Does the work; the store is closed afterwards.
    func run(on runtime: EddaRuntime, output: Output) async throws
}

extension RuntimeCommand {
    static var createsDatabase: Bool { false }

    var logLevel: Logger.Level { common.logLevel }

    mutating func run() async throws {
        let options = common.application
        if !Self.createsDatabase, let database = (options as? DatabaseOptions)?.database,
            !FileManager.default.fileExists(atPath: database)
        {
            let creator = App.isTool ? "" : "; `\(App.commandName) serve` creates one"
            throw CommandError("There is no database at \(database). Check --database\(creator).")
        }
        var logger = Logger(label: App.commandName)
        logger.logLevel = common.logLevel
        let runtime = try await App.make(EddaSetup(options: options, logger: logger))
        do {
            // What the command appends is seen in the inline views when it returns, as with the service itself.
            try await runtime.projections.attach()
            try await run(on: runtime, output: .current)
        } catch {
            await runtime.store.close()
            throw error
        }
        await runtime.store.close()
    }
}

/// The option of every list.
struct ListOptions: ParsableArguments {
    @Flag(help: "Print JSON for programs instead of a table.")
    var json = false

    @Option(help: ArgumentHelp("At most so many.", valueName: "count"))
    var limit = 1_000

    func validate() throws {
        guard limit >= 0 else { throw ValidationError("--limit is \(limit); it counts from 0.") }
    }
}

/// The option of every command that prints one thing.
struct FormatOptions: ParsableArguments {
    @Flag(help: "Print JSON for programs instead of text.")
    var json = false
}
#endif
