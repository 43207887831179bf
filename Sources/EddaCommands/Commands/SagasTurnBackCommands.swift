#if CLI
internal import ArgumentParser
internal import Edda

/// `sagas compensate ID`: turns a saga back.
struct SagasCompensateCommand<App: EddaApplication>: SagaDecisionCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "compensate",
            abstract: "Turn back a saga whose pivot has not succeeded.",
            discussion: """
                A step that is under way is brought to an outcome first. At a saga that is parked because nobody knows whether its
                pivot was executed, this says that it was not, and needs --reason.
                """
        )
    }

    @Argument(help: "The saga's id.", transform: name)
    var id: SagaID

    @OptionGroup var decision: DecisionOptions
    @OptionGroup var common: CommonOptions<App>

    func verb() throws -> OperatorRequest.Verb { .compensate }
}

/// `sagas cancel ID`: turns a saga back where that is safe.
struct SagasCancelCommand<App: EddaApplication>: SagaDecisionCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "cancel",
            abstract: "Turn back a saga, unless its pivot has been executed.",
            discussion: """
                A step that is under way is brought to an outcome first; a pivot of which there is no news is withdrawn. Where
                the participant has begun a call to the outside and does not know how it ended, it makes the call again to
                learn it, which can execute the pivot after all; then the saga goes forward. A saga that goes back already
                stays as it is.
                """
        )
    }

    @Argument(help: "The saga's id.", transform: name)
    var id: SagaID

    @OptionGroup var decision: DecisionOptions
    @OptionGroup var common: CommonOptions<App>

    func verb() throws -> OperatorRequest.Verb { .cancel }
}
#endif
