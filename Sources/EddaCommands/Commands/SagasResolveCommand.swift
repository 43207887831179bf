#if CLI
internal import ArgumentParser
internal import Edda

/// `sagas resolve ID`: supplies the reply that did not come.
struct SagasResolveCommand<App: EddaApplication>: SagaDecisionCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "resolve",
            abstract: "Count a step as succeeded, or a compensation as done, with a reply that you supply.",
            discussion: """
                The reply has to decode as that of the step's command, or of the command that compensates it; {} where there is
                nothing to say. A saga that is not parked has to be addressed with --step.
                """
        )
    }

    @Argument(help: "The saga's id.", transform: name)
    var id: SagaID

    @Option(help: ArgumentHelp("The reply: JSON, or @ and the path of a JSON file.", valueName: "json|@file"))
    var reply: String

    @OptionGroup var decision: DecisionOptions
    @OptionGroup var common: CommonOptions<App>

    func verb() throws -> OperatorRequest.Verb { .resolve(reply: try argumentOrFile(reply, "the reply")) }
}
#endif
