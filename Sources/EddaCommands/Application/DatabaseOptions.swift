#if CLI
public import ArgumentParser
#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// The options of a program that has one database: `--database PATH`, or the environment variable `EDDA_DATABASE`.
///
/// A program with options of its own can include these:
///
/// ```swift
/// struct OrdersOptions: ParsableArguments, Sendable {
///     @OptionGroup var database: DatabaseOptions
///     @Flag var dryRun = false
/// }
/// ```
public struct DatabaseOptions: ParsableArguments, Sendable {
    @Option(
        name: .customLong("database"),
        help: ArgumentHelp("The database file. (environment: EDDA_DATABASE)", valueName: "path")
    )
    var path: String?

    /// Options for the parser to fill.
    public init() {}

    /// The path of the database file.
    public var database: String {
        Self.database(option: path, environment: ProcessInfo.processInfo.environment) ?? ""
    }

    /// Refuses a command line that names no database.
    ///
    /// - Throws: `ValidationError`, which ends the program with status 64.
    public func validate() throws {
        if database.isEmpty {
            throw ValidationError("No database is named. Pass --database PATH, or set EDDA_DATABASE.")
        }
    }

    /// The option goes before the environment; an empty one counts as none.
    static func database(option: String?, environment: [String: String]) -> String? {
        [option, environment["EDDA_DATABASE"]].lazy.compactMap(\.self).first { !$0.isEmpty }
    }
}
#endif
