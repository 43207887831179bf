#if CLI
internal import ArgumentParser
internal import Edda

/// `outbox`: messages on their way out.
struct OutboxCommand<App: EddaApplication>: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "outbox",
            abstract: "Show messages that wait to be sent, and those that were given up.",
            subcommands: [OutboxListCommand<App>.self]
        )
    }
}

/// `outbox list`: the messages in the order of commits.
struct OutboxListCommand<App: EddaApplication>: RuntimeCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: "list", abstract: "List messages in the order in which they were committed.")
    }

    @Option(help: ArgumentHelp("Only messages after this sequence number.", valueName: "sequence"))
    var after: Int64 = 0

    @OptionGroup var list: ListOptions
    @OptionGroup var common: CommonOptions<App>

    func run(on runtime: EddaRuntime, output: Output) async throws {
        let (after, limit) = (after, list.limit)
        let more = limit == .max ? limit : limit + 1
        let found = try await runtime.store.read { try $0.outbox(after: after, limit: more) }
        let rows = found.prefix(limit)
        if list.json {
            output.write(json: JSON.array(rows.map(OutboxRow.json)))
        } else {
            var table = TextTable(
                .number("SEQUENCE"),
                .text("STATE"),
                .number("TRIES"),
                .text("TYPE"),
                .text("DESTINATION"),
                .text("KEY"),
                .text("NEXT TRY"),
                .text("REASON")
            )
            for row in rows {
                let state = row.state.facts
                table.add(
                    String(row.sequence),
                    state.name,
                    String(state.attempts),
                    row.message.type.rawValue,
                    row.message.destination.rawValue,
                    row.message.partitionKey,
                    state.due?.wall.description,
                    state.reason
                )
            }
            output.write(table: table)
        }
        if found.count > rows.count, let last = rows.last {
            output.note("There are more: --after \(last.sequence) goes on.\n")
        }
    }

}

extension OutboxRow {
    /// The row with stable field names, without the message's data.
    static func json(_ row: OutboxRow) -> JSON {
        let state = row.state.facts
        return [
            "sequence": .integer(row.sequence),
            "state": .string(state.name),
            "attempts": .integer(Int64(state.attempts)),
            "due": .optional(state.due?.wall.description),
            "reason": .optional(state.reason),
            "id": .string(row.message.id),
            "type": .string(row.message.type.rawValue),
            "source": .string(row.message.source),
            "destination": .string(row.message.destination.rawValue),
            "time": .string(row.message.time.description),
            "partitionKey": .string(row.message.partitionKey),
            "idempotencyKey": .string(row.message.idempotencyKey),
            "correlationID": .optional(row.message.correlationID),
            "causationID": .optional(row.message.causationID),
        ]
    }
}

extension OutboxRow.State {
    var facts: (name: String, attempts: Int, due: Moment?, reason: String?) {
        switch self {
        case .ready: ("ready", 0, nil, nil)
        case .held(let attempts, let due, let reason): ("held", attempts, due, reason)
        case .dead(let attempts, let reason): ("dead", attempts, nil, reason)
        }
    }
}
#endif
