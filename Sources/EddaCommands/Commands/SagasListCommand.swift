#if CLI
internal import ArgumentParser
internal import Edda

/// `sagas list`: where the sagas stand.
struct SagasListCommand<App: EddaApplication>: RuntimeCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: "list", abstract: "List sagas in the order of their ids.")
    }

    @Option(
        name: .customLong("name"),
        help: ArgumentHelp("Only sagas of this kind. Repeatable.", valueName: "name"),
        transform: name
    )
    var names: [SagaName] = []

    @Option(
        help: ArgumentHelp(
            "Only sagas in this state: running, compensating, completed, compensated, parked. Repeatable.",
            valueName: "status"
        ),
        transform: sagaStatus
    )
    var status: [SagaRecord.Status] = []

    @Flag(help: "Only sagas that stand still until somebody decides; the same as --status parked.")
    var parked = false

    @OptionGroup var conditions: SagaConditions

    @Option(help: ArgumentHelp("Only sagas after this id.", valueName: "id"), transform: name)
    var after: SagaID?

    @OptionGroup var list: ListOptions
    @OptionGroup var common: CommonOptions<App>

    func run(on runtime: EddaRuntime, output: Output) async throws {
        let more = list.limit == .max ? list.limit : list.limit + 1
        let statuses = Set(status).union(parked ? [.parked] : [])
        let found = try await runtime.store.read { transaction in
            var filter = SagaFilter(names: Set(names), statuses: statuses, after: after, limit: more)
            conditions.narrow(&filter, at: transaction.now.wall)
            return try transaction.sagas(filter)
        }
        let sagas = found.prefix(list.limit)
        let schema = runtime.store.schema
        if list.json {
            output.write(json: JSON.array(sagas.map { Self.json($0, schema) }))
        } else {
            // Of a parked saga it matters since when; of the others, when they last moved.
            let isOfParked = statuses == [.parked]
            var table = TextTable(
                .text("ID"),
                .text("NAME"),
                .text("STATUS"),
                .text("STEP"),
                .text(isOfParked ? "PARKED SINCE" : "UPDATED"),
                .text("REASON")
            )
            for saga in sagas {
                table.add(
                    saga.id.rawValue,
                    saga.name.rawValue,
                    saga.status.rawValue,
                    saga.step?.rawValue,
                    ((isOfParked ? saga.parkedSince(schema) : nil) ?? saga.updatedAt).description,
                    saga.reason
                )
            }
            output.write(table: table)
        }
        if found.count > sagas.count, let last = sagas.last {
            output.note("There are more: --after '\(last.id)' goes on.\n")
        }
    }

    private static func json(_ saga: SagaRecord, _ schema: SchemaRegistry) -> JSON {
        [
            "id": .string(saga.id.rawValue),
            "name": .string(saga.name.rawValue),
            "planVersion": .integer(Int64(saga.planVersion)),
            "status": .string(saga.status.rawValue),
            "step": .optional(saga.step?.rawValue),
            "reason": .optional(saga.reason),
            "parkedSince": .optional(saga.parkedSince(schema)?.description),
            "correlationID": .optional(saga.correlationID),
            "revision": .integer(Int64(saga.revision)),
            "startedAt": .string(saga.startedAt.description),
            "updatedAt": .string(saga.updatedAt.description),
            "deadline": .optional(saga.deadline?.description),
            "attributes": .object(saga.attributes.mapValues(JSON.string)),
        ]
    }
}

@Sendable private func sagaStatus(_ text: String) throws -> SagaRecord.Status {
    guard let status = SagaRecord.Status(rawValue: text) else {
        let known = SagaRecord.Status.allCases.map(\.rawValue).joined(separator: ", ")
        throw ValidationError("\"\(text)\" is no state of a saga; there are \(known).")
    }
    return status
}
#endif
