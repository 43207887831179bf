#if CLI
internal import ArgumentParser
internal import Edda
internal import Logging

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

    /// Whether the command may create a database; one that only looks must not, or a mistyped path would show an empty
    /// store.
    static var createsDatabase: Bool { get }

    /// Does the work; the store is closed afterwards.
    func run(on runtime: EddaRuntime, output: Output) async throws
}

extension RuntimeCommand {
    static var createsDatabase: Bool { false }

    /// What to do when there is no database.
    private static var advice: String {
        let option = App.Options.self == DatabaseOptions.self ? "--database" : "the options that name it"
        return "Check \(option)\(App.isTool ? "" : "; `\(App.commandName) serve` creates one")."
    }

    var logLevel: Logger.Level { common.logLevel }

    mutating func run() async throws {
        let output = Output.current
        let options = common.application
        var logger = Logger(label: App.commandName)
        logger.logLevel = common.logLevel
        let setup = EddaSetup<App>(options: options, logger: logger)
        // Only the program knows which of its options lead to its databases; every store that it opens heeds this.
        let runtime = try await SQLiteStore.$missingFileAdvice.withValue(Self.createsDatabase ? nil : Self.advice) {
            try await App.make(setup)
        }
        do {
            // What the command appends is seen in the inline views when it returns, as with the service itself.
            try await runtime.projections.attach()
            try await run(on: runtime, output: output)
            try output.requireWritten()
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
