#if CLI
internal import ArgumentParser

/// `events`: what has happened.
struct EventsCommand<App: EddaApplication>: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "events",
            abstract: "Show events: of one stream, of the whole store, or as they happen.",
            subcommands: [EventsReadCommand<App>.self, EventsListCommand<App>.self, EventsTailCommand<App>.self]
        )
    }
}
#endif
