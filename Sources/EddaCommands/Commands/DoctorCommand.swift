#if CLI
internal import ArgumentParser
internal import Edda

/// `doctor`: what an operator should know about the store, and what is to be done.
struct DoctorCommand<App: EddaApplication>: RuntimeCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "doctor",
            abstract: "Examine the store and everything on it; status 1 when something has to be done."
        )
    }

    @OptionGroup var format: FormatOptions
    @OptionGroup var common: CommonOptions<App>

    func run(on runtime: EddaRuntime, output: Output) async throws {
        var facts: [Diagnostic] = []
        if let store = runtime.store as? any Diagnosable { facts += try await store.diagnostics() }
        facts += try await Examination(of: runtime, program: App.self).facts()
        if format.json {
            output.write(json: JSON.array(facts.map(Self.json)))
        } else {
            var table = TextTable(.text("WHAT"), .text("VALUE"), .text("VERDICT"), .text("ADVICE"))
            for fact in facts {
                table.add(fact.name, fact.value, fact.verdict.rawValue, fact.advice)
            }
            output.write(table: table)
        }
        let problems = facts.count { $0.verdict == .problem }
        if problems > 0 {
            throw CommandError(
                "\(problems) of \(facts.count) facts are problems; the advice beside each says what to do."
            )
        }
    }

    private static func json(_ fact: Diagnostic) -> JSON {
        [
            "name": .string(fact.name),
            "value": .string(fact.value),
            "verdict": .string(fact.verdict.rawValue),
            "advice": .optional(fact.advice),
        ]
    }
}
#endif
