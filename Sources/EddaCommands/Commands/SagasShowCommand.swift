#if CLI
internal import ArgumentParser
internal import Edda

/// `sagas show ID`: one saga with its steps and its history.
struct SagasShowCommand<App: EddaApplication>: RuntimeCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "show",
            abstract: "Show a saga: what is done, what remains, and what has happened so far."
        )
    }

    @Argument(help: "The saga's id.", transform: name)
    var id: SagaID

    @OptionGroup var format: FormatOptions
    @OptionGroup var common: CommonOptions<App>

    func run(on runtime: EddaRuntime, output: Output) async throws {
        let timeline: SagaTimeline
        do {
            timeline = try await runtime.sagas.timeline(of: id)
        } catch let error as SagaError where error.code == .notFound {
            throw CommandError("There is no saga \(id). `\(App.commandName) sagas list` lists the sagas there are.")
        }
        if format.json {
            output.write(json: Self.json(timeline))
        } else {
            Self.write(timeline, to: output)
        }
    }

    private static func write(_ saga: SagaTimeline, to output: Output) {
        var head = "saga       \(saga.id)\nname       \(saga.name), plan version \(saga.planVersion)\n"
        head += "status     \(saga.status.rawValue)"
        if let step = saga.step { head += ", at step \(step)" }
        head += "\n"
        if let reason = saga.reason { head += "reason     \(reason.printable)\n" }
        if let since = saga.parkedSince { head += "parked     since \(since)\n" }
        if let since = saga.overdueSince { head += "overdue    since \(since)\n" }
        head += "started    \(saga.startedAt)\nlast moved \(saga.updatedAt)\n"
        head += "done       \(Self.words(saga.done))\nremaining  \(Self.words(saga.remaining))\n\n"
        output.write(head)

        var steps = TextTable(
            .text("STEP"),
            .text("PHASE"),
            .text("STATUS"),
            .number("TRIES"),
            .number("SENT"),
            .number("UNDO TRIES"),
            .text("NOTE")
        )
        for step in saga.steps {
            steps.add(
                step.id.rawValue,
                step.phase?.rawValue,
                step.status.rawValue,
                String(step.attempts),
                String(step.sends),
                String(step.undoAttempts),
                step.noteWithChild
            )
        }
        output.write(table: steps)
        output.write("\n")

        var entries = TextTable(
            .text("TIME"),
            .text("WHAT"),
            .text("STEP"),
            .number("TRY"),
            .number("MS"),
            .text("DETAIL")
        )
        for entry in saga.entries {
            entries.add(
                entry.at.description,
                entry.what,
                entry.step?.rawValue,
                entry.attempt.map(String.init),
                entry.milliseconds.map { String($0) },
                entry.reason
            )
        }
        output.write(table: entries)
    }

    private static func words(_ steps: [StepID]) -> String {
        steps.isEmpty ? "nothing" : steps.map(\.rawValue).joined(separator: ", ")
    }

    private static func json(_ saga: SagaTimeline) -> JSON {
        let steps = saga.steps.map { step -> JSON in
            [
                "id": .string(step.id.rawValue),
                "phase": .optional(step.phase?.rawValue),
                "status": .string(step.status.rawValue),
                "attempts": .integer(Int64(step.attempts)),
                "sends": .integer(Int64(step.sends)),
                "undoAttempts": .integer(Int64(step.undoAttempts)),
                "note": .optional(step.note),
                "word": .optional(step.word?.rawValue),
                "child": .optional(step.child?.rawValue),
                "childStatus": .optional(step.childStatus?.rawValue),
            ]
        }
        let entries = saga.entries.map { entry -> JSON in
            [
                "at": .string(entry.at.description),
                "what": .string(entry.what),
                "step": .optional(entry.step?.rawValue),
                "attempt": .optional(entry.attempt),
                "reason": .optional(entry.reason),
                "milliseconds": entry.milliseconds.map(JSON.integer) ?? .null,
            ]
        }
        return [
            "id": .string(saga.id.rawValue),
            "name": .string(saga.name.rawValue),
            "planVersion": .integer(Int64(saga.planVersion)),
            "status": .string(saga.status.rawValue),
            "step": .optional(saga.step?.rawValue),
            "reason": .optional(saga.reason),
            "parkedSince": .optional(saga.parkedSince?.description),
            "overdueSince": .optional(saga.overdueSince?.description),
            "correlationID": .optional(saga.correlationID),
            "startedAt": .string(saga.startedAt.description),
            "updatedAt": .string(saga.updatedAt.description),
            "ignoredReplies": .integer(Int64(saga.ignoredReplies)),
            "done": .array(saga.done.map { .string($0.rawValue) }),
            "remaining": .array(saga.remaining.map { .string($0.rawValue) }),
            "steps": .array(steps),
            "entries": .array(entries),
        ]
    }
}
#endif
