#if CLI
internal import ArgumentParser
internal import Edda
#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// A command by which an operator decides about one saga.
protocol SagaDecisionCommand: RuntimeCommand {
    var id: SagaID { get }
    var decision: DecisionOptions { get }

    /// What is decided.
    func verb() throws -> OperatorRequest.Verb
}

extension SagaDecisionCommand {
    func run(on runtime: EddaRuntime, output: Output) async throws {
        let request = OperatorRequest(
            try verb(),
            by: decision.by ?? DecisionOptions.user,
            because: decision.reason,
            step: decision.step
        )
        let made: SagaDecision
        do {
            made = try await runtime.sagas.operate(request, on: id)
        } catch let error as SagaError where error.code == .notFound {
            throw CommandError("There is no saga \(id). `\(App.commandName) sagas list` lists the sagas there are.")
        }
        if decision.json {
            output.write(json: [
                "id": .string(made.saga.id.rawValue),
                "name": .string(made.saga.name.rawValue),
                "status": .string(made.saga.status.rawValue),
                "step": .optional(made.saga.step?.rawValue),
                "reason": .optional(made.saga.reason),
                "changed": .bool(made.hasEffect),
            ])
        } else {
            output.write("\(made)\n")
        }
    }
}

/// Who decides, why, and where the saga has to stand.
struct DecisionOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Why; it is kept in the saga's history.", valueName: "text"))
    var reason: String?

    @Option(
        help: ArgumentHelp(
            "Who decides; it is kept in the saga's history. (default: the user of this process)",
            valueName: "who"
        )
    )
    var by: String?

    @Option(
        help: ArgumentHelp(
            "Refuse unless the saga stands at this step: it may have moved since it was looked at.",
            valueName: "step"
        ),
        transform: name
    )
    var step: StepID?

    @Flag(help: "Print JSON for programs instead of text.")
    var json = false

    /// The user of this process; empty when nobody knows it.
    static var user: String {
        let process = ProcessInfo.processInfo
        return process.environment["USER"] ?? process.userName
    }

    func validate() throws {
        if let by, by.isEmpty { throw ValidationError("--by is empty; say who decides.") }
        if let reason, reason.isEmpty { throw ValidationError("--reason is empty; say why.") }
        if by == nil, Self.user.isEmpty {
            throw ValidationError("It is not known whose process this is; say who decides with --by.")
        }
    }
}
#endif
