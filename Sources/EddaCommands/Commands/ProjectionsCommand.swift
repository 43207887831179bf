#if CLI
internal import ArgumentParser

/// `projections`: the read models.
struct ProjectionsCommand<App: EddaApplication>: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "projections",
            abstract: "Show how far the read models are, and rebuild them.",
            subcommands: [
                ProjectionsListCommand<App>.self,
                ProjectionsStatusCommand<App>.self,
                ProjectionsRebuildCommand<App>.self,
            ]
        )
    }
}
#endif
