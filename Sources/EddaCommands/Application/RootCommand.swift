#if CLI
internal import ArgumentParser

/// The command that a program on Edda is: it has subcommands only, and `serve`, where there is one, is meant by none.
struct RootCommand<App: EddaApplication>: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: App.commandName,
            abstract: App.abstract,
            subcommands: App.subcommands,
            groupedSubcommands: [CommandGroup(name: "Operating", subcommands: OperatorCommands<App>.all)],
            defaultSubcommand: App.isTool ? nil : ServeCommand<App>.self
        )
    }
}
#endif
