#if CLI
internal import ArgumentParser
internal import Edda

/// `projections status`: how far each projection is.
struct ProjectionsStatusCommand<App: EddaApplication>: RuntimeCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: "status", abstract: "Show how far each projection is, and what keeps it.")
    }

    @OptionGroup var format: FormatOptions
    @OptionGroup var common: CommonOptions<App>

    func run(on runtime: EddaRuntime, output: Output) async throws {
        let statuses = try await runtime.projections.status()
        let head = try await runtime.store.head()
        if format.json {
            output.write(json: JSON.array(statuses.map { Self.json($0, head: head) }))
            return
        }
        var table = TextTable(
            .text("NAME"),
            .text("STATE"),
            .text("MODE"),
            .text("KEEPER"),
            .number("VERSION"),
            .number("BUILD"),
            .number("POSITION"),
            .number("BEHIND"),
            .number("SECONDS"),
            .text("FAILURE")
        )
        for status in statuses {
            table.add(
                status.name.rawValue,
                status.state.rawValue,
                status.mode?.rawValue ?? (App.isTool ? nil : "(not in this program)"),
                status.keeper?.rawValue,
                String(status.version),
                status.build.map(String.init),
                String(status.position.value),
                // Without its code nobody knows which of the positions concern it.
                status.lag.map(String.init) ?? "≤ \(max(0, head.value - status.position.value))",
                status.lagTime.map { String(Int64($0.inSeconds)) },
                status.failure
            )
        }
        output.write(table: table)
    }

    private static func json(_ status: ProjectionStatus, head: Position) -> JSON {
        [
            "name": .string(status.name.rawValue),
            "state": .string(status.state.rawValue),
            "mode": .optional(status.mode?.rawValue),
            "keeper": .optional(status.keeper?.rawValue),
            "version": .integer(Int64(status.version)),
            "build": .optional(status.build),
            "position": .integer(status.position.value),
            "lagEvents": .optional(status.lag),
            "lagPositions": .integer(max(0, head.value - status.position.value)),
            "lagSeconds": status.lagTime.map { .number($0.inSeconds) } ?? .null,
            "failure": .optional(status.failure),
            "updatedAt": .optional(status.updatedAt?.description),
            "rebuildPosition": status.rebuildPosition.map { .integer($0.value) } ?? .null,
        ]
    }
}
#endif
