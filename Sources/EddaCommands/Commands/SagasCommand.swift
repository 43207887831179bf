#if CLI
internal import ArgumentParser

/// `sagas`: what the sagas do, and the starting of new ones.
struct SagasCommand<App: EddaApplication>: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "sagas",
            abstract: "List and show sagas, and start new ones.",
            subcommands: [SagasListCommand<App>.self, SagasShowCommand<App>.self, SagasStartCommand<App>.self]
        )
    }
}
#endif
