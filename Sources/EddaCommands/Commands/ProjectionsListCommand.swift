#if CLI
internal import ArgumentParser
internal import Edda

/// `projections list`: what the program defines.
struct ProjectionsListCommand<App: EddaApplication>: RuntimeCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: "list", abstract: "List the projections that the program defines.")
    }

    @OptionGroup var format: FormatOptions
    @OptionGroup var common: CommonOptions<App>

    func run(on runtime: EddaRuntime, output: Output) async throws {
        let projections = runtime.projections.projections
        if format.json {
            output.write(json: JSON.array(projections.map(Self.json)))
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
        output.write(table: table)
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
