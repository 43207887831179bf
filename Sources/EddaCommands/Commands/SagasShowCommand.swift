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

    @Flag(
        help: "With the state, and what each step sent and was answered. They may hold what not everybody should read."
    )
    var payloads = false

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
            output.write(json: json(timeline))
        } else {
            write(timeline, to: output)
        }
    }

    private func write(_ saga: SagaTimeline, to output: Output) {
        var head = "saga       \(saga.id)\nname       \(saga.name), plan version \(saga.planVersion)\n"
        head += "status     \(saga.status.rawValue)"
        if let step = saga.step { head += ", at step \(step)" }
        head += "\n"
        if let reason = saga.reason { head += "reason     \(reason.printable)\n" }
        if let since = saga.parkedSince { head += "parked     since \(since)\n" }
        if let since = saga.overdueSince { head += "overdue    since \(since)\n" }
        head += "started    \(saga.startedAt)\nlast moved \(saga.updatedAt)\n"
        if let deadline = saga.deadline { head += "deadline   \(deadline)\n" }
        for (name, value) in saga.attributes.sorted(by: { $0.key < $1.key }) {
            head += "attribute  \(name.printable) = \(value.printable)\n"
        }
        if payloads, let state = saga.state { head += "state      \(state.printable)\n" }
        head += "done       \(Self.words(saga.done))\nremaining  \(Self.words(saga.remaining))\n\n"
        output.write(head)

        var steps = TextTable(
            .text("STEP"),
            .text("PHASE"),
            .text("STATUS"),
            .number("TRIES"),
            .number("SENT"),
            .number("UNDO TRIES"),
            .number("MS"),
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
                step.milliseconds.map { String($0) },
                step.noteWithChild
            )
        }
        output.write(table: steps)
        output.write("\n")
        if payloads { writePayloads(of: saga, to: output) }

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

    private func writePayloads(of saga: SagaTimeline, to output: Output) {
        var table = TextTable(.text("STEP"), .text("PAYLOAD"), .text("TYPE"), .text("DATA"))
        for step in saga.steps {
            if let command = step.command {
                table.add(step.id.rawValue, "command", command.type.rawValue, command.data)
            }
            if let reply = step.reply { table.add(step.id.rawValue, "reply", nil, reply) }
            if let undo = step.compensation {
                table.add(step.id.rawValue, "compensation", undo.type.rawValue, undo.data)
            }
        }
        output.write(table: table)
        output.write("\n")
    }

    private static func json(_ payload: SagaTimeline.Payload?) -> JSON {
        guard let payload else { return .null }
        return [
            "type": .string(payload.type.rawValue), "destination": .string(payload.destination.rawValue),
            "data": .string(payload.data),
        ]
    }

    private static func words(_ steps: [StepID]) -> String {
        steps.isEmpty ? "nothing" : steps.map(\.rawValue).joined(separator: ", ")
    }

    private func json(_ saga: SagaTimeline) -> JSON {
        let steps = saga.steps.map { step -> JSON in
            let fields: [String: JSON] = [
                "id": .string(step.id.rawValue),
                "phase": .optional(step.phase?.rawValue),
                "status": .string(step.status.rawValue),
                "attempts": .integer(Int64(step.attempts)),
                "sends": .integer(Int64(step.sends)),
                "undoAttempts": .integer(Int64(step.undoAttempts)),
                "milliseconds": step.milliseconds.map(JSON.integer) ?? .null,
                "note": .optional(step.note),
                "word": .optional(step.word?.rawValue),
                "child": .optional(step.child?.rawValue),
                "childStatus": .optional(step.childStatus?.rawValue),
            ]
            guard payloads else { return .object(fields) }
            let more: [String: JSON] = [
                "command": Self.json(step.command),
                "reply": .optional(step.reply),
                "compensation": Self.json(step.compensation),
            ]
            return .object(fields.merging(more) { field, _ in field })
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
            "deadline": .optional(saga.deadline?.description),
            "attributes": .object(saga.attributes.mapValues(JSON.string)),
            "state": .optional(payloads ? saga.state : nil),
            "ignoredReplies": .integer(Int64(saga.ignoredReplies)),
            "done": .array(saga.done.map { .string($0.rawValue) }),
            "remaining": .array(saga.remaining.map { .string($0.rawValue) }),
            "steps": .array(steps),
            "entries": .array(entries),
        ]
    }
}
#endif
