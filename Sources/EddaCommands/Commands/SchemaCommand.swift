#if CLI
internal import ArgumentParser
internal import Edda

/// `schema`: which event types the store holds, in which versions.
struct SchemaCommand<App: EddaApplication>: RuntimeCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "schema",
            abstract: "Show the types of the stored events: versions, counts, first and last position.",
            discussion: "Reads every event once, in pages, so that it holds up nobody."
        )
    }

    @Flag(help: "Show Edda's own events as well.")
    var all = false

    @OptionGroup var format: FormatOptions
    @OptionGroup var common: CommonOptions<App>

    private static var pageSize: Int { 50_000 }

    func run(on runtime: EddaRuntime, output: Output) async throws {
        let usage = try await usage(of: runtime.store, output: output).filter { all || !$0.isReserved }
        if format.json {
            output.write(json: JSON.array(usage.map(Self.json)))
            return
        }
        var table = TextTable(.text("TYPE"), .number("VERSION"), .number("EVENTS"), .number("FIRST"), .number("LAST"))
        for version in usage {
            table.add(
                version.type.rawValue,
                String(version.schemaVersion),
                String(version.count),
                String(version.first.value),
                String(version.last.value)
            )
        }
        output.write(table: table)
    }

    private func usage(of store: any Store, output: Output) async throws -> [EventUsage] {
        let head = try await store.head()
        let line = ProgressLine("reading", unit: "events", output: output, time: store.time)
        defer { line.end() }
        let begun = store.time.now()
        var versions: [EventUsage] = []
        var position = Position.start
        while position < head {
            let end = min(head, position.advanced(by: Self.pageSize))
            let page = try await store.read { [position] in try $0.usage(after: position, upTo: end) }
            for found in page {
                if let index = versions.firstIndex(where: { $0.describesSame(as: found) }) {
                    versions[index].add(found)
                } else {
                    versions.append(found)
                }
            }
            position = end
            line.show(
                .init(
                    done: Int(position.value),
                    total: Int(head.value),
                    elapsed: store.time.now().elapsed(since: begun)
                )
            )
        }
        return versions.sorted { ($0.type, $0.schemaVersion) < ($1.type, $1.schemaVersion) }
    }

    private static func json(_ usage: EventUsage) -> JSON {
        [
            "type": .string(usage.type.rawValue),
            "schemaVersion": .integer(Int64(usage.schemaVersion)),
            "events": .integer(Int64(usage.count)),
            "first": .integer(usage.first.value),
            "last": .integer(usage.last.value),
            "reserved": .bool(usage.isReserved),
        ]
    }
}

extension EventUsage {
    fileprivate func describesSame(as other: EventUsage) -> Bool {
        type == other.type && schemaVersion == other.schemaVersion && isReserved == other.isReserved
    }
}
#endif
