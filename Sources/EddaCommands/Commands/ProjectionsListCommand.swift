#if CLI
internal import ArgumentParser
internal import Edda

/// `projections list`: what the program defines.
struct ProjectionsListCommand<App: EddaApplication>: RuntimeCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "list",
            abstract: App.isTool
                ? "List the projections that the store has."
                : "List the projections that the program defines, and those that only the store has."
        )
    }

    @OptionGroup var format: FormatOptions
    @OptionGroup var common: CommonOptions<App>

    func run(on runtime: EddaRuntime, output: Output) async throws {
        let projections = runtime.projections.projections
        let names = Set(projections.map(\.name))
        let builds = Dictionary(grouping: try await runtime.store.read { try $0.projections(nil) }, by: \.name)
        // Of one that the program does not define, the build that readers see, or else the latest.
        let others = builds.filter { !names.contains($0.key) }.sorted { $0.key < $1.key }
            .compactMap { $0.value.first { $0.status == .live } ?? $0.value.last }
        if format.json {
            output.write(json: JSON.array(projections.map(Self.json) + others.map(Self.json)))
            return
        }
        var table = TextTable(.text("NAME"), .number("VERSION"), .text("MODE"), .text("TABLES"))
        for projection in projections {
            table.add(
                projection.name.rawValue,
                String(projection.version),
                projection.mode.rawValue,
                projection.tables.map(\.name).joined(separator: ", ")
            )
        }
        for record in others {
            table.add(
                record.name.rawValue,
                String(record.version),
                App.isTool ? nil : "(not in this program)",
                record.tables.joined(separator: ", ")
            )
        }
        output.write(table: table)
    }

    private static func json(_ record: ProjectionRecord) -> JSON {
        [
            "name": .string(record.name.rawValue),
            "version": .integer(Int64(record.version)),
            "mode": .null,
            "tables": .array(record.tables.map(JSON.string)),
        ]
    }

    private static func json(_ projection: Projection) -> JSON {
        [
            "name": .string(projection.name.rawValue),
            "version": .integer(Int64(projection.version)),
            "mode": .string(projection.mode.rawValue),
            "tables": .array(projection.tables.map { .string($0.name) }),
        ]
    }
}
#endif
