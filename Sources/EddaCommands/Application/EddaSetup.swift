#if CLI
public import ArgumentParser
public import Logging

/// What an application is given to make its runtime from.
public struct EddaSetup<Options: ParsableArguments & Sendable>: Sendable {
    /// The options of the command line.
    public var options: Options
    /// A logger of the level that the command line asked for; it writes to standard error.
    public var logger: Logger

    /// A setup, for programs and tests that make a runtime themselves.
    public init(options: Options, logger: Logger) {
        self.options = options
        self.logger = logger
    }
}

extension EddaSetup where Options == DatabaseOptions {
    /// The path of the database file.
    public var database: String { options.database }
}
#endif
