#if CLI
internal import ArgumentParser
internal import Edda

/// `inbox`: messages that were begun here and have no outcome.
struct InboxCommand<App: EddaApplication>: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "inbox",
            abstract: "Show commands that were begun and have no outcome.",
            subcommands: [InboxListCommand<App>.self]
        )
    }
}

/// `inbox list`: the messages that are under way, and those of which nobody knows how their call ended.
struct InboxListCommand<App: EddaApplication>: RuntimeCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "list",
            abstract:
                "List commands whose calls to the outside are under way, or failed so that nobody knows how they ended.",
            discussion: """
                started: the call is under way, or is made again: after a pause when its sender wants no answer, or when the \
                participant starts. unresolved: it has failed, its sender knows, and it is made again, under the same key, when the \
                sender tries again or sends its compensation; or it was begun too long ago to be made again. One whose sender \
                wants no answer stays in this list. The key is the one that the outside has got.
                """
        )
    }

    @OptionGroup var list: ListOptions
    @OptionGroup var common: CommonOptions<App>

    func run(on runtime: EddaRuntime, output: Output) async throws {
        let limit = list.limit
        let more = limit == .max ? limit : limit + 1
        let (found, now) = try await runtime.store.read {
            (try $0.openInboxEntries(after: nil, limit: more), $0.now.wall)
        }
        let entries = found.prefix(limit)
        if list.json {
            output.write(json: JSON.array(entries.map(InboxEntry.json)))
        } else {
            var table = TextTable(
                .text("PARTICIPANT"),
                .text("KEY"),
                .text("COMMAND"),
                .text("STATE"),
                .number("SECONDS"),
                .text("REASON")
            )
            for entry in entries {
                table.add(
                    entry.consumer,
                    entry.key,
                    entry.state.openMessage?.type.rawValue,
                    entry.state.facts.name,
                    String(Int64(max(.zero, now.since(entry.recordedAt)).inSeconds)),
                    entry.state.facts.reason
                )
            }
            output.write(table: table)
        }
        if found.count > entries.count { output.note("There are more than \(limit): --limit shows more.\n") }
    }
}

extension InboxEntry {
    /// The entry of an open message with stable field names, without the message's data.
    static func json(_ entry: InboxEntry) -> JSON {
        let message = entry.state.openMessage
        return [
            "participant": .string(entry.consumer),
            "key": .string(entry.key),
            "command": .optional(message?.type.rawValue),
            "state": .string(entry.state.facts.name),
            "since": .string(entry.recordedAt.description),
            "firstSent": .optional((message?.firstSent ?? message?.time)?.description),
            "reason": .optional(entry.state.facts.reason),
            "correlationID": .optional(message?.correlationID),
        ]
    }
}

extension InboxEntry.State {
    var facts: (name: String, reason: String?) {
        switch self {
        case .done: ("done", nil)
        case .tombstone: ("tombstone", nil)
        case .started: ("started", nil)
        case .unresolved(_, let reason): ("unresolved", reason)
        }
    }
}
#endif
