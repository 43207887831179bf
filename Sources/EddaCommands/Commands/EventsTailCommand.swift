#if CLI
internal import ArgumentParser
internal import Edda
internal import UnixSignals

/// `events tail`: the last events, and those that follow.
struct EventsTailCommand<App: EddaApplication>: RuntimeCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "tail",
            abstract: "Show the last events, and with --follow each event as it is committed.",
            discussion: """
                \(EventFilterOptions.discussion) With --json every event is an object on a line of its own. --follow \
                sees what any process commits, and ends with Ctrl-C.
                """
        )
    }

    @Flag(name: [.short, .long], help: "Go on with the events to come, until interrupted.")
    var follow = false

    @Option(name: [.customShort("n"), .long], help: ArgumentHelp("Begin with so many events.", valueName: "count"))
    var lines = 20

    @OptionGroup var filter: EventFilterOptions

    @Option(help: ArgumentHelp("Only events of this stream.", valueName: "stream"), transform: name)
    var stream: StreamID?

    @OptionGroup var format: FormatOptions
    @OptionGroup var common: CommonOptions<App>

    func validate() throws {
        guard lines >= 0 else { throw ValidationError("--lines is \(lines); it counts from 0.") }
    }

    func run(on runtime: EddaRuntime, output: Output) async throws {
        let (query, stream, lines) = (query, stream, lines)
        let (head, state, last) = try await runtime.store.read { transaction in
            (
                try transaction.head(),
                try stream.map { try transaction.state(of: $0) },
                try Self.last(lines, of: stream, matching: query, in: transaction)
            )
        }
        if state == .missing, !follow, let stream {
            throw CommandError(
                "There is no stream \(stream). `\(App.commandName) streams` lists the streams there are."
            )
        }
        var lineWriter = EventLines(output: output, asJSON: format.json)
        try lineWriter.write(last)
        guard follow else { return }
        try await followOn(from: head, query: query, on: runtime.store, lines: lineWriter)
    }

    /// A stream's own category is named, so that the streams of Edda's own can be followed as well.
    private var query: EventQuery { filter.query(in: filter.category ?? stream?.category) }

    /// Writes what is committed from now on, until the process or the task is told to stop.
    private func followOn(from head: Position, query: EventQuery, on store: any Store, lines: EventLines) async throws {
        let events = store.subscribe(to: query, after: head)
        let stream = stream
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    for await _ in await UnixSignalsSequence(trapping: .sigint, .sigterm) { return }
                    throw CancellationError()
                }
                group.addTask {
                    var lines = lines
                    for try await event in events where stream == nil || event.stream == stream {
                        try lines.write([event])
                    }
                }
                defer { group.cancelAll() }
                try await group.next()
            }
        } catch is CancellationError {
            // Interrupted, which is how following ends.
        }
    }

    /// The last events that match, oldest first.
    private static func last(
        _ count: Int,
        of stream: StreamID?,
        matching query: EventQuery,
        in transaction: any ReadTransaction
    ) throws -> [RecordedEvent] {
        guard let stream else {
            let page = try transaction.events(
                matching: query,
                .backward,
                after: .start,
                upTo: nil,
                limit: count
            )
            return page.events.reversed()
        }
        var found: [RecordedEvent] = []
        var version = Int.max
        while found.count < count, version >= 1 {
            let page = try transaction.events(in: stream, .backward, versions: 1...version, limit: max(100, count))
            found += page.filter(query.matches)
            guard let oldest = page.last else { break }
            version = oldest.version - 1
        }
        return found.prefix(count).reversed()
    }
}
#endif
