#if CLI
internal import ArgumentParser
internal import Edda

/// `events list`: events of the whole store.
struct EventsListCommand<App: EddaApplication>: RuntimeCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "list",
            abstract: "Show events of all streams, in the order in which they were committed.",
            discussion: EventFilterOptions.discussion,
            aliases: ["search"]
        )
    }

    @OptionGroup var filter: EventFilterOptions

    @Option(help: ArgumentHelp("Only events of this conversation. `trace` shows all of it as a tree.", valueName: "id"))
    var correlation: String?

    @Option(help: ArgumentHelp("Only events after this position.", valueName: "position"))
    var after: Int64 = 0

    @Option(help: ArgumentHelp("Only events up to this position.", valueName: "position"))
    var upTo: Int64?

    @Option(
        help: ArgumentHelp(
            "Only events recorded at this time or later, such as 2026-11-21T08:15:00Z.",
            valueName: "time"
        ),
        transform: time
    )
    var since: Timestamp?

    @Option(help: ArgumentHelp("Only events recorded before this time.", valueName: "time"), transform: time)
    var until: Timestamp?

    @Flag(help: "Newest first.")
    var backward = false

    @OptionGroup var list: ListOptions
    @OptionGroup var common: CommonOptions<App>

    func validate() throws {
        guard after >= 0 else { throw ValidationError("--after is \(after); positions count from 1.") }
        if let upTo, upTo < 1 { throw ValidationError("--up-to is \(upTo); positions count from 1.") }
        if let since, let until, until <= since {
            throw ValidationError("--until is \(until), which is not after --since \(since).")
        }
    }

    func run(on runtime: EddaRuntime, output: Output) async throws {
        // One more than asked for tells whether there are more.
        let more = list.limit == .max ? list.limit : list.limit + 1
        let search = EventSearch(
            query: filter.query,
            correlation: correlation,
            after: Position(after),
            upTo: upTo.map(Position.init),
            since: since,
            until: until,
            direction: backward ? .backward : .forward
        )
        let found = try await runtime.store.read { try search.events(limit: more, in: $0) }
        let events = Array(found.prefix(list.limit))
        EventList(events: events).write(to: output, asJSON: list.json)
        if found.count > events.count, let end = events.last {
            output.note(
                "There are more: \(backward ? "--up-to \(end.position.value - 1)" : "--after \(end.position)") goes on.\n"
            )
        }
    }
}

/// Reads a time from the command line.
@Sendable func time(_ text: String) throws -> Timestamp {
    // A day alone means its beginning.
    guard let time = Timestamp(text) ?? Timestamp(text + "T00:00:00Z") else {
        throw ValidationError("\"\(text)\" is no time; write UTC as 2026-11-21T08:15:30Z, or a day as 2026-11-21.")
    }
    return time
}
#endif
