#if CLI
public import ArgumentParser

/// The commands that ``EddaApplication/main()`` brings, for a program with a root command of its own.
///
/// ```swift
/// @main struct Tool: AsyncParsableCommand {
///     static let configuration = CommandConfiguration(
///         subcommands: [Import.self] + OperatorCommands<Orders>.all
///     )
/// }
/// ```
///
/// The root has to be an `AsyncParsableCommand`.
public enum OperatorCommands<App: EddaApplication> {
    /// All of them: `serve`, `events`, `streams`, `projections`, `sagas`, `outbox`, `doctor`.
    public static var all: [any ParsableCommand.Type] {
        [
            ServeCommand<App>.self,
            EventsCommand<App>.self,
            StreamsCommand<App>.self,
            ProjectionsCommand<App>.self,
            SagasCommand<App>.self,
            OutboxCommand<App>.self,
            DoctorCommand<App>.self,
        ]
    }
}
#endif
