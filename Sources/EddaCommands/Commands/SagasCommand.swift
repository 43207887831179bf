#if CLI
internal import ArgumentParser

/// `sagas`: what the sagas do, the starting of new ones, and what an operator decides about one.
struct SagasCommand<App: EddaApplication>: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "sagas",
            abstract: App.isTool
                ? "List and show sagas." : "List and show sagas, start new ones, and decide about parked ones.",
            subcommands: [SagasListCommand<App>.self, SagasShowCommand<App>.self, SagasGraphCommand<App>.self]
                + (App.isTool ? [] : ofPrograms)
        )
    }

    /// Those that need the code of the sagas.
    private static var ofPrograms: [any ParsableCommand.Type] {
        [
            SagasCheckCommand<App>.self,
            SagasStartCommand<App>.self,
            SagasRetryCommand<App>.self,
            SagasSkipCommand<App>.self,
            SagasResolveCommand<App>.self,
            SagasSignalCommand<App>.self,
            SagasCompensateCommand<App>.self,
            SagasCancelCommand<App>.self,
        ]
    }
}
#endif
