#if CLI
internal import ArgumentParser

/// The command that a program on Edda is: it has subcommands only, and `serve` is the one that is meant by none.
struct RootCommand<App: EddaApplication>: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: App.commandName,
            abstract: App.abstract,
            subcommands: App.subcommands,
            groupedSubcommands: [CommandGroup(name: "Operating", subcommands: OperatorCommands<App>.all)],
            defaultSubcommand: ServeCommand<App>.self
        )
    }
}
#endif
