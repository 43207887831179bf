#if CLI
internal import ArgumentParser
internal import Edda

/// `events read STREAM`: the events of one stream.
struct EventsReadCommand<App: EddaApplication>: RuntimeCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: "read", abstract: "Show the events of a stream.")
    }

    @Argument(help: "The stream, such as order-1042.", transform: name)
    var stream: StreamID

    @Flag(help: "Newest first.")
    var backward = false

    @Option(help: ArgumentHelp("From this version on.", valueName: "version"))
    var from = 1

    @Option(help: ArgumentHelp("Up to this version.", valueName: "version"))
    var to: Int?

    @OptionGroup var list: ListOptions
    @OptionGroup var common: CommonOptions<App>

    func validate() throws {
        guard from >= 1 else { throw ValidationError("--from is \(from); versions count from 1.") }
        if let to, to < from { throw ValidationError("--to is \(to), which is before --from \(from).") }
    }

    func run(on runtime: EddaRuntime, output: Output) async throws {
        let (stream, versions, limit) = (stream, from...(to ?? .max), list.limit)
        let direction: ReadDirection = backward ? .backward : .forward
        let (state, events) = try await runtime.store.read { transaction in
            (
                try transaction.state(of: stream),
                try transaction.events(in: stream, direction, versions: versions, limit: limit)
            )
        }
        guard state != .missing else {
            throw CommandError(
                "There is no stream \(stream). `\(App.commandName) streams` lists the streams there are."
            )
        }
        EventList(events: events).write(to: output, asJSON: list.json)
        let last = backward ? max(from, 1) : min(to ?? .max, state.version)
        if let end = events.last, events.count == limit, end.version != last {
            output.note(
                "There are more: \(backward ? "--to \(end.version - 1)" : "--from \(end.version + 1)") goes on.\n"
            )
        }
    }
}
#endif
