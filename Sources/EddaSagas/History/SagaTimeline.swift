public import EddaCore

/// What has happened to a saga, and what is still to happen.
public struct SagaTimeline: Codable, Hashable, Sendable {
    /// One step as it stands.
    public struct Step: Codable, Hashable, Sendable {
        /// The step.
        public let id: StepID
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
        /// How long it took from its first sending to its success, in milliseconds; `nil` when it has not succeeded.
        public let milliseconds: Int64?
        /// What is sent.
        public let command: Payload?
        /// What was answered, as the codec of the participant has encoded it.
        public let reply: String?
        /// What undoes it; on record as soon as the command leaves.
        public let compensation: Payload?
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
    /// The steps, in the order of the plan.
    public let steps: [Step]
    /// The steps that are done and have not been undone.
    public let done: [StepID]
    /// The steps that are still to be done, or, when the saga goes back, still to be undone, in the order in which that
    /// happens.
    public let remaining: [StepID]
    /// The history, oldest first.
    public let entries: [Entry]
}

extension SagaTimeline {
    init(record: SagaRecord, events: [RecordedEvent], program: SagaProgram?, schema: SchemaRegistry) throws {
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
        steps = records.map { record in
            Step(
                id: record.id,
                phase: program?.steps.first { $0.id == record.id }?.phase,
                status: record.status,
                attempts: record.forward.attempts,
                sends: record.forward.sends,
                undoAttempts: record.undo.attempts,
                note: record.lastError,
                milliseconds: entries.last { $0.step == record.id && $0.what == "step.succeeded" }?.milliseconds,
                command: record.forward.command.map(Payload.init),
                reply: record.reply?.text,
                compensation: record.undo.command.map(Payload.init)
            )
        }
        let goesBack = instance?.goesBack ?? false
        let toUndo: Set<StepStatus> = [.succeeded, .unknown, .undoDispatched, .undoFailed]
        done = records.filter { $0.status == .succeeded }.map(\.id)
        if record.status.isEnded {
            remaining = []
        } else if goesBack {
            remaining = records.filter { toUndo.contains($0.status) }.map(\.id).reversed()
        } else {
            remaining = records.filter { !$0.status.isBehind }.map(\.id)
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

extension SagaTimeline.Payload {
    init(_ command: OutgoingCommand) {
        self.init(type: command.type, destination: command.destination, data: command.data.text)
    }
}
