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
    /// All of them: `serve`, `events`, `streams`, `trace`, `schema`, `projections`, `sagas`, `outbox`, `inbox`, `doctor`,
    /// `verify`, `backup`.
    public static var all: [any ParsableCommand.Type] {
        let serving: [any ParsableCommand.Type] = App.isTool ? [] : [ServeCommand<App>.self]
        return serving + [
            EventsCommand<App>.self,
            StreamsCommand<App>.self,
            TraceCommand<App>.self,
            SchemaCommand<App>.self,
            ProjectionsCommand<App>.self,
            SagasCommand<App>.self,
            OutboxCommand<App>.self,
            InboxCommand<App>.self,
            DoctorCommand<App>.self,
            VerifyCommand<App>.self,
            BackupCommand<App>.self,
        ]
    }
}
#endif
