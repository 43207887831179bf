#if CLI
public import Logging

/// What an application is given to make its runtime from.
///
/// It is generic over the application, not over its options: so a program may write `Setup` without having said which
/// options it takes.
public struct EddaSetup<Application: EddaApplication>: Sendable {
    /// The options of the command line.
    public var options: Application.Options
    /// A logger of the level that the command line asked for; it writes to standard error.
    public var logger: Logger

    /// A setup, for programs and tests that make a runtime themselves.
    public init(options: Application.Options, logger: Logger) {
        self.options = options
        self.logger = logger
    }
}

extension EddaSetup where Application.Options == DatabaseOptions {
    /// The path of the database file.
    public var database: String { options.database }
}
#endif
