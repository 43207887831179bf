#if CLI
internal import ArgumentParser
internal import Edda

/// `events list`: events of the whole store.
struct EventsListCommand<App: EddaApplication>: RuntimeCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "list",
            abstract: "Show events of all streams, in the order in which they were committed.",
            discussion: """
                Several --type mean any of them, several --tag all of them. Edda's own events, such as the history of a \
                saga, show when their category is named: --category '$saga'.
                """
        )
    }

    @Option(help: ArgumentHelp("Only events of this type. Repeatable.", valueName: "type"), transform: name)
    var type: [EventType] = []

    @Option(help: ArgumentHelp("Only events with this tag. Repeatable.", valueName: "tag"), transform: name)
    var tag: [Tag] = []

    @Option(help: ArgumentHelp("Only events of this category.", valueName: "category"), transform: name)
    var category: StreamCategory?

    @Option(help: ArgumentHelp("Only events after this position.", valueName: "position"))
    var after: Int64 = 0

    @Flag(help: "Newest first.")
    var backward = false

    @OptionGroup var list: ListOptions
    @OptionGroup var common: CommonOptions<App>

    func run(on runtime: EddaRuntime, output: Output) async throws {
        let isFiltered = !(type.isEmpty && tag.isEmpty && category == nil)
        let query = isFiltered ? EventQuery(types: Set(type), tags: Set(tag), category: category) : .all
        let page = try await runtime.store.events(
            matching: query,
            backward ? .backward : .forward,
            after: Position(after),
            limit: list.limit
        )
        EventList(events: page.events).write(to: output, asJSON: list.json)
        if !backward, let end = page.events.last, page.events.count == list.limit {
            let store = runtime.store
            let rest = try await store.events(matching: query, after: end.position, limit: 1)
            if !rest.events.isEmpty { output.note("There are more: --after \(end.position) goes on.\n") }
        }
    }
}
#endif
