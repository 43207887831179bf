#if CLI
internal import ArgumentParser
internal import Edda

/// `sagas signal ID STEP JSON`: gives a saga the signal for which a step waits.
struct SagasSignalCommand<App: EddaApplication>: RuntimeCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "signal",
            abstract: "Give a saga the signal for which a step waits, or is going to wait.",
            discussion: """
                A signal that comes before the step is reached is kept for it. With --key a repetition is recognised and changes
                nothing.
                """
        )
    }

    @Argument(help: "The saga's id.", transform: name)
    var id: SagaID

    @Argument(
        help: "The step that waits; within a forEach with the element's id in brackets: approval[7].",
        transform: name
    )
    var step: StepID

    @Argument(help: ArgumentHelp("The signal: JSON, or @ and the path of a JSON file.", valueName: "json|@file"))
    var signal: String

    @Option(help: ArgumentHelp("By what a repetition of this signal is recognised.", valueName: "text"))
    var key: String?

    @Flag(help: "Print JSON for programs instead of text.")
    var json = false

    @OptionGroup var common: CommonOptions<App>

    func run(on runtime: EddaRuntime, output: Output) async throws {
        let data = try argumentOrFile(signal, "the signal")
        let outcome: SagaSignalOutcome
        do {
            outcome = try await runtime.sagas.signal(id, SagaSignal(step: step, data: data, key: key))
        } catch let error as SagaError where error.code == .notFound {
            throw CommandError("There is no saga \(id). `\(App.commandName) sagas list` lists the sagas there are.")
        }
        if json {
            output.write(json: [
                "id": .string(id.rawValue), "step": .string(step.rawValue), "outcome": .string(outcome.rawValue),
            ])
        } else {
            output.write("\(Self.words(outcome, step))\n")
        }
    }

    private static func words(_ outcome: SagaSignalOutcome, _ step: StepID) -> String {
        switch outcome {
        case .taken: "Step \(step) has the signal it waited for."
        case .kept: "Step \(step) is not reached yet; the signal is kept for it."
        case .duplicate: "Nothing was changed: a signal with this key has come before."
        case .ignored: "Nothing was changed: step \(step) needs no signal any more."
        }
    }
}
#endif
