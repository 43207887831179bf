#if CLI
internal import ArgumentParser
internal import Edda

/// `sagas graph ID`: one saga as a drawing.
struct SagasGraphCommand<App: EddaApplication>: RuntimeCommand {
    /// The languages for drawings.
    enum Format: String, ExpressibleByArgument, CaseIterable {
        case mermaid, dot
    }

    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "graph",
            abstract: "Draw a saga: where each step stands, and the way back.",
            discussion: "Mermaid is drawn by Markdown viewers; DOT by Graphviz: `… --as dot | dot -Tsvg > saga.svg`."
        )
    }

    @Argument(help: "The saga's id.", transform: name)
    var id: SagaID

    @Option(name: .customLong("as"), help: ArgumentHelp("The language of the drawing.", valueName: "mermaid|dot"))
    var language = Format.mermaid

    @OptionGroup var format: FormatOptions
    @OptionGroup var common: CommonOptions<App>

    func run(on runtime: EddaRuntime, output: Output) async throws {
        let graph: SagaGraph
        do {
            graph = try await runtime.sagas.timeline(of: id).graph
        } catch let error as SagaError where error.code == .notFound {
            throw CommandError("There is no saga \(id). `\(App.commandName) sagas list` lists the sagas there are.")
        }
        let text = language == .mermaid ? graph.mermaid : graph.dot
        if format.json {
            output.write(json: [
                "id": .string(id.rawValue), "language": .string(language.rawValue), "graph": .string(text),
            ])
        } else {
            output.write(text)
        }
    }
}
#endif
