#if CLI
internal import ArgumentParser
internal import Edda
internal import Logging
internal import ServiceLifecycle
internal import UnixSignals

/// `serve`: runs the application until it is told to stop.
struct ServeCommand<App: EddaApplication>: RuntimeCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "serve",
            abstract: "Run the application until SIGTERM or SIGINT.",
            discussion: """
                Keeps projections current, executes commands, drives sagas and sends messages. On SIGTERM and SIGINT it \
                takes no more work, finishes what it holds, and ends.
                """
        )
    }

    static var createsDatabase: Bool { true }

    @OptionGroup var common: CommonOptions<App>

    func run(on runtime: EddaRuntime, output: Output) async throws {
        var logger = Logger(label: App.commandName)
        logger.logLevel = common.logLevel
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [
                    .init(service: Announced(runtime: runtime, name: App.commandName, output: output))
                ],
                gracefulShutdownSignals: [.sigterm, .sigint],
                logger: logger
            )
        )
        try await group.run()
        output.note("\(App.commandName) has stopped.\n")
    }
}

/// Says that the runtime is at work, once its store is prepared.
private struct Announced: Service {
    let runtime: EddaRuntime
    let name: String
    let output: Output

    func run() async throws {
        try await runtime.prepare()
        let parts = runtime.components
        output.note(
            "\(name) is running: projections \(parts.projections.count), sagas \(parts.sagas.count), "
                + "participants \(parts.participants.count). Stop it with Ctrl-C.\n"
        )
        try await runtime.run()
    }
}
#endif
