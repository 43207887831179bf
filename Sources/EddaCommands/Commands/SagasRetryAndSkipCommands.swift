#if CLI
internal import ArgumentParser
internal import Edda

/// `sagas retry ID`: tries again what parked a saga.
struct SagasRetryCommand<App: EddaApplication>: SagaDecisionCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "retry",
            abstract: "Try again the step or the compensation that parked a saga, with a fresh budget."
        )
    }

    @Argument(help: "The saga's id.", transform: name)
    var id: SagaID

    @OptionGroup var decision: DecisionOptions
    @OptionGroup var common: CommonOptions<App>

    func verb() throws -> OperatorRequest.Verb { .retry }
}

/// `sagas skip ID`: goes on without what parked a saga.
struct SagasSkipCommand<App: EddaApplication>: SagaDecisionCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "skip",
            abstract: "Count a compensation, or a step after the pivot, as done without doing it.",
            discussion: """
                Somebody else has to do by hand what is left undone. Needs --reason. A saga that is not parked has to be addressed
                with --step.
                """
        )
    }

    @Argument(help: "The saga's id.", transform: name)
    var id: SagaID

    @OptionGroup var decision: DecisionOptions
    @OptionGroup var common: CommonOptions<App>

    func validate() throws {
        if decision.reason == nil { throw ValidationError("Skipping needs a reason: --reason TEXT.") }
    }

    func verb() throws -> OperatorRequest.Verb { .skip }
}
#endif
