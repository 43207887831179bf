#if CLI
internal import ArgumentParser
internal import Edda

/// `sagas start NAME`: starts a saga, which moves as soon as the application runs.
struct SagasStartCommand<App: EddaApplication>: RuntimeCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "start",
            abstract: "Start a saga.",
            discussion: """
                The saga is durable when the command ends; it moves as soon as the application serves. The same id again \
                finds the same saga and changes nothing.
                """
        )
    }

    static var createsDatabase: Bool { true }

    @Argument(help: "The kind of saga, such as order.fulfil.", transform: name)
    var saga: SagaName

    @Option(help: ArgumentHelp("The id of the new saga, such as order-1042.", valueName: "id"), transform: name)
    var id: SagaID

    @Option(help: ArgumentHelp("What it begins with: JSON, or @ and the path of a JSON file.", valueName: "json|@file"))
    var state: String

    @OptionGroup var format: FormatOptions
    @OptionGroup var common: CommonOptions<App>

    func run(on runtime: EddaRuntime, output: Output) async throws {
        // Not `map(\.name)`: a key path to a static member crashes the compiler of Swift 6.3.
        let known = runtime.components.sagas.map { $0.saga.name }.sorted()
        guard known.contains(saga) else {
            let names = known.isEmpty ? "none" : known.map(\.rawValue).joined(separator: ", ")
            throw CommandError("\(App.commandName) has no saga \(saga); it has \(names).")
        }
        let existed = try await runtime.store.read { [id] in try $0.saga(id) } != nil
        let record = try await runtime.sagas.start(
            named: saga,
            id: id,
            encodedState: argumentOrFile(state, "the saga's state")
        )
        if format.json {
            output.write(json: [
                "id": .string(record.id.rawValue),
                "name": .string(record.name.rawValue),
                "status": .string(record.status.rawValue),
                "started": .bool(!existed),
            ])
        } else if existed {
            output.write("Saga \(record.id) was started before; it is \(record.status.rawValue).\n")
        } else {
            output.write("Saga \(record.id) is started. `\(App.commandName) sagas show \(record.id)` shows it.\n")
        }
    }
}
#endif
