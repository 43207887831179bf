#if CLI
internal import ArgumentParser
internal import Edda

/// `trace CORRELATION`: everything of one conversation, by what caused what.
struct TraceCommand<App: EddaApplication>: RuntimeCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "trace",
            abstract: "Show one conversation as a tree: what caused what, and when.",
            discussion: """
                A conversation is what carries one correlation id; that of a saga is the saga's id, unless it was started \
                within another. Shown are its events, the histories of its sagas, and its messages that have not left \
                yet. Milliseconds count from the first of them.
                """
        )
    }

    @Argument(help: ArgumentHelp("The correlation id.", valueName: "correlation"))
    var correlation: String

    @Option(help: ArgumentHelp("At most so many events.", valueName: "count"))
    var limit = 10_000

    @OptionGroup var format: FormatOptions
    @OptionGroup var common: CommonOptions<App>

    func validate() throws {
        guard limit >= 1 else { throw ValidationError("--limit is \(limit); it counts from 1.") }
    }

    func run(on runtime: EddaRuntime, output: Output) async throws {
        let (correlation, limit) = (correlation, limit)
        let more = limit == .max ? limit : limit + 1
        let (found, messages) = try await runtime.store.read { transaction in
            (
                try transaction.events(correlatedWith: correlation, after: .start, limit: more),
                try Self.messages(of: correlation, in: transaction)
            )
        }
        let events = Array(found.prefix(limit))
        guard !events.isEmpty || !messages.isEmpty else {
            throw CommandError(
                "There is no event and no message of the conversation \(correlation). `\(App.commandName) events list "
                    + "--json` shows the correlation ids of events."
            )
        }
        let conversation = Conversation(events: events, messages: messages, schema: runtime.store.schema)
        if format.json {
            output.write(json: ["correlation": .string(correlation), "roots": conversation.json])
        } else {
            output.write(table: conversation.table)
        }
        if found.count > events.count {
            output.note("There are more than \(limit) events; --limit takes more of them.\n")
        }
    }

    /// The outbox is short, so it is looked through.
    private static func messages(of correlation: String, in transaction: any ReadTransaction) throws -> [OutboxRow] {
        var messages: [OutboxRow] = []
        var sequence: Int64 = 0
        while true {
            let page = try transaction.outbox(after: sequence, limit: 1_000)
            messages += page.filter { $0.message.correlationID == correlation }
            guard let last = page.last else { return messages }
            sequence = last.sequence
        }
    }
}
#endif
