#if CLI
internal import ArgumentParser

/// `sagas`: what the sagas do, and the starting of new ones.
struct SagasCommand<App: EddaApplication>: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "sagas",
            abstract: App.isTool ? "List and show sagas." : "List and show sagas, and start new ones.",
            subcommands: [SagasListCommand<App>.self, SagasShowCommand<App>.self]
                + (App.isTool ? [] : [SagasStartCommand<App>.self])
        )
    }
}
#endif
