public import EddaCore

/// What has happened to a saga, and what is still to happen.
public struct SagaTimeline: Codable, Hashable, Sendable {
    /// One step as it stands.
    public struct Step: Codable, Hashable, Sendable {
        /// The step.
        public let id: StepID
        /// What it does; `nil` when this program does not have the plan.
        public let word: PlanWord?
        /// Where in the plan it stands; `nil` when this program does not have the plan.
        public let phase: StepPhase?
        /// Where it stands.
        public let status: StepStatus
        /// How often it was tried.
        public let attempts: Int
        /// How often its command was sent, repetitions for lack of an answer included.
        public let sends: Int
        /// How often its compensation was tried.
        public let undoAttempts: Int
        /// The last refusal or failure, or why it was not compensated.
        public let note: String?
        /// The saga that it has started.
        public let child: SagaID?
        /// Where that saga stands; `nil` when it is not in the store.
        public let childStatus: SagaRecord.Status?
        /// How long it took from its first sending to its success, in milliseconds; `nil` when it has not succeeded.
        public let milliseconds: Int64?
        /// What is sent.
        public let command: Payload?
        /// What was answered, as the codec of the participant has encoded it.
        public let reply: String?
        /// What undoes it; on record as soon as the command leaves.
        public let compensation: Payload?
    }

    /// A block that was reached.
    public struct Block: Codable, Hashable, Sendable {
        /// The block.
        public let id: StepID
        /// Of a `when`: whether its condition held.
        public let holds: Bool?
        /// Of a `forEach`: the ids of its elements.
        public let elements: [String]?
    }

    /// A command with its data.
    public struct Payload: Codable, Hashable, Sendable {
        /// The type of the command.
        public let type: MessageType
        /// Where it goes.
        public let destination: Address
        /// The data as the store's codec encodes them: by default JSON.
        public let data: String
    }

    /// One event of the history.
    public struct Entry: Codable, Hashable, Sendable {
        /// When it happened.
        public let at: Timestamp
        /// What happened, such as `step.dispatched` or `saga.parked`.
        public let what: String
        /// The step it is about.
        public let step: StepID?
        /// Which try of the step or of its compensation, from 1.
        public let attempt: Int?
        /// Why, or what exactly.
        public let reason: String?
        /// How long it took, in milliseconds.
        public let milliseconds: Int64?
    }

    /// The saga.
    public let id: SagaID
    /// The kind of saga.
    public let name: SagaName
    /// The version of the plan by which it was started.
    public let planVersion: Int
    /// Where it stands.
    public let status: SagaRecord.Status
    /// The step it stands at; `nil` when it has ended.
    public let step: StepID?
    /// Why it is compensating, compensated or parked.
    public let reason: String?
    /// Since when it is parked; `nil` when it is not.
    public let parkedSince: Timestamp?
    /// The conversation that it is part of.
    public let correlationID: String?
    /// When it was started.
    public let startedAt: Timestamp
    /// When it last moved.
    public let updatedAt: Timestamp
    /// By when it should have ended; `nil` when it may take any time.
    public let deadline: Timestamp?
    /// What it is found by.
    public let attributes: [String: String]
    /// The state as the store's codec encodes it; `nil` when the instance cannot be read.
    public let state: String?
    /// How many replies changed nothing.
    public let ignoredReplies: Int
    /// Since when it is past its deadline, and nevertheless goes on.
    public let overdueSince: Timestamp?
    /// The steps, in the order of the plan; those of a `forEach` for each element, as soon as it is reached.
    public let steps: [Step]
    /// The plan; empty when this program does not have it.
    public let plan: [PlanDescription.Statement]
    /// The `when` and `forEach` blocks that were reached.
    public let blocks: [Block]
    /// The steps that are done and have not been undone.
    public let done: [StepID]
    /// The steps that are still to be done, or, when the saga goes back, still to be undone, in the order in which that
    /// happens.
    public let remaining: [StepID]
    /// The history, oldest first.
    public let entries: [Entry]
}

extension SagaTimeline {
    /// - Parameter child: Where the saga that a step has started stands.
    init(
        record: SagaRecord,
        events: [RecordedEvent],
        program: SagaProgram?,
        schema: SchemaRegistry,
        child: (SagaID) -> SagaRecord.Status?
    ) throws {
        let instance = try? schema.codec.decode(SagaInstance.self, from: record.instance)
        id = record.id
        name = record.name
        planVersion = record.planVersion
        status = record.status
        step = record.step
        reason = record.reason
        parkedSince = record.parkedSince(schema)
        correlationID = record.correlationID
        startedAt = record.startedAt
        updatedAt = record.updatedAt
        deadline = record.deadline
        attributes = record.attributes
        state = instance?.state.text
        ignoredReplies = instance?.ignoredReplies ?? 0
        let records = instance?.steps ?? []
        let entries = try Self.entries(of: events, schema)
        self.entries = entries
        let times = Dictionary(
            entries.filter { $0.what == "step.succeeded" }.compactMap { entry in
                entry.step.map { ($0, entry.milliseconds) }
            },
            uniquingKeysWith: { _, last in last }
        )
        steps = records.map { record in
            Step(
                id: record.id,
                word: program?.step(record.id)?.word,
                phase: program?.step(record.id)?.phase,
                status: record.status,
                attempts: record.forward.attempts,
                sends: record.forward.sends,
                undoAttempts: record.undo.attempts,
                note: record.lastError,
                child: record.child,
                childStatus: record.child.flatMap(child),
                milliseconds: times[record.id] ?? nil,
                command: record.forward.command.map(Payload.init),
                reply: record.reply?.text,
                compensation: record.undo.command.map(Payload.init)
            )
        }
        blocks = (instance?.blocks ?? []).map { Block(id: $0.id, holds: $0.holds, elements: $0.keys) }
        plan = program.map { $0.nodes.map(PlanDescription.Statement.init) } ?? []
        overdueSince = instance?.overdueSince
        let goesBack = instance?.goesBack ?? false
        let toUndo: Set<StepStatus> = [.succeeded, .unknown, .undoDispatched, .undoFailed]
        done = records.filter { $0.status == .succeeded }.map(\.id)
        if record.status.isEnded {
            remaining = []
        } else if goesBack {
            remaining = records.filter { toUndo.contains($0.status) }.map(\.id).reversed()
        } else {
            let open = records.filter { !$0.status.isBehind }.map(\.id)
            remaining = program.map { Self.remaining(in: $0, instance) } ?? open
        }
    }

    private static func entries(of events: [RecordedEvent], _ schema: SchemaRegistry) throws -> [Entry] {
        try events.map { event in
            let line = try SagaHistory.decode(event, schema: schema)?.line
            let type = event.type.rawValue
            return Entry(
                at: event.recordedAt,
                what: type.hasPrefix("edda.") ? String(type.dropFirst(5)) : type,
                step: line?.step,
                attempt: line?.attempt,
                reason: line?.reason,
                milliseconds: line?.milliseconds
            )
        }
    }
}

extension SagaTimeline {
    /// The steps that are not done, and the loops that are not reached, in the order of the plan.
    private static func remaining(in program: SagaProgram, _ instance: SagaInstance?) -> [StepID] {
        guard let instance else { return [] }
        let open = Set(instance.steps.lazy.filter { !$0.status.isBehind }.map(\.id))
        let blocks = Dictionary(
            (instance.blocks ?? []).map { ($0.id, $0) },
            uniquingKeysWith: { first, _ in first }
        )
        return remaining(of: program.nodes, "", open, blocks)
    }

    private static func remaining(
        of nodes: [PlanNode],
        _ brackets: String,
        _ open: Set<StepID>,
        _ blocks: [StepID: BlockRecord]
    ) -> [StepID] {
        var ids: [StepID] = []
        for node in nodes {
            switch node.kind {
            case .step(let step):
                let id = step.id.appending(brackets)
                if open.contains(id) { ids.append(id) }
            case .choice(let choice):
                let holds = blocks[choice.id.appending(brackets)]?.holds
                if holds ?? true { ids += remaining(of: choice.then, brackets, open, blocks) }
                if !(holds ?? false) { ids += remaining(of: choice.otherwise, brackets, open, blocks) }
            case .loop(let loop):
                let id = loop.id.appending(brackets)
                guard let elements = blocks[id]?.elements else {
                    ids.append(id)
                    continue
                }
                for element in elements {
                    ids += remaining(of: loop.body, brackets + StepID.bracket(element.key), open, blocks)
                }
            default:
                ids += remaining(of: node.children, brackets, open, blocks)
            }
        }
        return ids
    }
}

extension SagaTimeline.Payload {
    init(_ command: OutgoingCommand) {
        // Of what is done in this process the record only says which state it is given.
        let data = command.type == InternalCommand.local ? "" : command.data.text
        self.init(type: command.type, destination: command.destination, data: data)
    }
}
