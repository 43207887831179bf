#if CLI
internal import ArgumentParser

/// `projections`: the read models.
struct ProjectionsCommand<App: EddaApplication>: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "projections",
            abstract: App.isTool
                ? "Show how far the read models are." : "Show how far the read models are, and rebuild them.",
            subcommands: [ProjectionsListCommand<App>.self, ProjectionsStatusCommand<App>.self]
                + (App.isTool ? [] : [ProjectionsRebuildCommand<App>.self])
        )
    }
}
#endif
