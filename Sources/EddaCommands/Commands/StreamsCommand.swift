#if CLI
internal import ArgumentParser
internal import Edda

/// `streams`: which streams there are.
struct StreamsCommand<App: EddaApplication>: RuntimeCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: "streams", abstract: "List streams in the order of their ids.")
    }

    @Option(help: ArgumentHelp("Only streams of this category.", valueName: "category"), transform: name)
    var category: StreamCategory?

    @Option(help: ArgumentHelp("Only streams after this one.", valueName: "stream"), transform: name)
    var after: StreamID?

    @OptionGroup var list: ListOptions
    @OptionGroup var common: CommonOptions<App>

    func run(on runtime: EddaRuntime, output: Output) async throws {
        let (category, after, limit) = (category, after, list.limit)
        // One more than asked for tells whether there are more.
        let more = limit == .max ? limit : limit + 1
        let found = try await runtime.store.read { try $0.streams(in: category, after: after, limit: more) }
        let streams = found.prefix(limit)
        if list.json {
            output.write(json: JSON.array(streams.map(Self.json)))
        } else {
            var table = TextTable(.text("STREAM"), .number("VERSION"), .text("STATE"))
            for stream in streams {
                table.add(stream.id.rawValue, String(stream.state.version), stream.isArchived ? "archived" : "open")
            }
            output.write(table: table)
        }
        if found.count > streams.count, let last = streams.last {
            output.note("There are more: --after '\(last.id)' goes on.\n")
        }
    }

    private static func json(_ stream: StreamInfo) -> JSON {
        [
            "stream": .string(stream.id.rawValue),
            "category": .string(stream.id.category.rawValue),
            "version": .integer(Int64(stream.state.version)),
            "archived": .bool(stream.isArchived),
        ]
    }
}

extension StreamInfo {
    fileprivate var isArchived: Bool {
        if case .archived = state { true } else { false }
    }
}
#endif
