#if CLI
public import ArgumentParser
public import Edda
public import Logging

/// A program on Edda.
///
/// It says how its runtime is made; its `main()` serves, and brings every operator command with it.
///
/// ```swift
/// import Edda
/// import EddaCommands
///
/// @main struct Orders: EddaApplication {
///     static func make(_ setup: Setup) async throws -> EddaRuntime {
///         let store = try await SQLiteStore(path: setup.database)
///         return try EddaRuntime(store: store, logger: setup.logger) { openOrders; FulfilOrder.self; inventory }
///     }
/// }
/// ```
///
/// ```
/// orders serve --database orders.db
/// orders projections rebuild open-orders --database orders.db
/// orders sagas list --status parked --database orders.db
/// ```
public protocol EddaApplication: SendableMetatype {
    /// The options that every command of the program takes.
    associatedtype Options: ParsableArguments & Sendable = DatabaseOptions

    /// The name of the program, for its help; the type's name in lower case, hyphenated, by default.
    static var commandName: String { get }

    /// What the program does, in one line, for its help.
    static var abstract: String { get }

    /// Commands of the program's own, beside the operator commands.
    static var subcommands: [any ParsableCommand.Type] { get }

    /// Opens the store and makes the runtime; nothing runs yet.
    ///
    /// Every command calls it once, and closes the store at its end. Only `serve` and `sagas start` may create a
    /// database: in every other command a `SQLiteStore` that is opened here, in this task, throws when its file is not
    /// there or is empty, and leaves nothing behind.
    ///
    /// - Throws: What keeps the program from working; the message is printed, the exit status is 1.
    static func make(_ setup: EddaSetup<Self>) async throws -> EddaRuntime

    /// Sets up logging for the whole process; called once, by ``main()``.
    ///
    /// By default all loggers write to standard error from `level` on. A program that sends its logs elsewhere
    /// calls `LoggingSystem.bootstrap` here.
    static func bootstrapLogging(level: Logger.Level)
}

extension EddaApplication {
    /// What `make(_:)` gets.
    public typealias Setup = EddaSetup<Self>

    /// The type's name in lower case, hyphenated: `OrderFulfilment` is `order-fulfilment`.
    public static var commandName: String { CommandNaming.commandName(of: String(describing: Self.self)) }

    /// None.
    public static var abstract: String { "" }

    /// None.
    public static var subcommands: [any ParsableCommand.Type] { [] }

    /// All loggers write to standard error, from `level` on.
    public static func bootstrapLogging(level: Logger.Level) {
        LoggingSystem.bootstrap { label in
            var handler = StreamLogHandler.standardError(label: label)
            handler.logLevel = level
            return handler
        }
    }
}

/// How the name of a type becomes the name of a command.
enum CommandNaming {
    static func commandName(of typeName: String) -> String {
        var name = ""
        var previous: Character?
        for character in typeName {
            if character.isUppercase, let previous, previous.isLowercase || previous.isNumber { name.append("-") }
            name += character.lowercased()
            previous = character
        }
        return name
    }
}
#endif
