#if CLI
internal import ArgumentParser
internal import Edda

/// `sagas check`: whether this program can go on with the sagas that another one has begun.
struct SagasCheckCommand<App: EddaApplication>: RuntimeCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "check",
            abstract: "List the sagas under way that this program would park; status 1 when there are any.",
            discussion: """
                Run the new program with it on the database of the old one, before it is deployed. It changes nothing.
                """
        )
    }

    @OptionGroup var format: FormatOptions
    @OptionGroup var common: CommonOptions<App>

    func run(on runtime: EddaRuntime, output: Output) async throws {
        let check = try await runtime.sagas.check()
        if format.json {
            output.write(
                json: [
                    "count": .integer(Int64(check.count)),
                    "misfits": JSON.array(check.misfits.map(Self.json)),
                ]
            )
        } else if !check.misfits.isEmpty {
            var table = TextTable(.text("ID"), .text("NAME"), .text("STATUS"), .text("STEP"), .text("WOULD PARK SINCE"))
            for misfit in check.misfits {
                let saga = misfit.saga
                table.add(
                    saga.id.rawValue,
                    saga.name.rawValue,
                    saga.status.rawValue,
                    saga.step?.rawValue,
                    misfit.reason
                )
            }
            output.write(table: table)
        } else {
            output.write("This program can go on with all sagas that are under way: \(check.count).\n")
        }
        if !check.misfits.isEmpty {
            throw CommandError(
                "\(check.misfits.count) of the \(check.count) sagas under way would park. Let the program that started them "
                    + "bring them to their ends, or give the changed plan a name of its own."
            )
        }
    }

    private static func json(_ misfit: SagaCheck.Misfit) -> JSON {
        [
            "id": .string(misfit.saga.id.rawValue),
            "name": .string(misfit.saga.name.rawValue),
            "planVersion": .integer(Int64(misfit.saga.planVersion)),
            "status": .string(misfit.saga.status.rawValue),
            "step": .optional(misfit.saga.step?.rawValue),
            "reason": .string(misfit.reason),
        ]
    }
}
#endif
