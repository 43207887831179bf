#if CLI
internal import ArgumentParser

/// `events`: what has happened.
struct EventsCommand<App: EddaApplication>: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "events",
            abstract: "Show events: of one stream, or of the whole store.",
            subcommands: [EventsReadCommand<App>.self, EventsListCommand<App>.self]
        )
    }
}
#endif
