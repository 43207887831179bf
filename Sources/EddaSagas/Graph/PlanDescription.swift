public import EddaCore

/// A plan as data: to print, to compare, to draw.
public struct PlanDescription: Codable, Hashable, Sendable {
    /// One step.
    public struct Step: Codable, Hashable, Sendable {
        /// The step.
        public let id: StepID
        /// What it does.
        public let word: PlanWord
        /// Where in the plan it stands.
        public let phase: StepPhase
        /// The command it sends; a name beginning with `edda.` for what sends none.
        public let command: MessageType
        /// The command that undoes it.
        public let compensation: MessageType?
        /// Why it need not be undone.
        public let noCompensation: String?
        /// How long it may be without an answer, in milliseconds; `nil` means without end.
        public let timeoutMilliseconds: Int64?
        /// How often it is tried when it fails; `nil` means without end.
        public let attempts: Int?
        /// The kind of saga that it starts.
        public let child: SagaName?
    }

    /// A statement: a step, or a block of statements.
    public struct Statement: Codable, Hashable, Sendable {
        /// What it does.
        public let word: PlanWord
        /// The id; a `sequence` has none.
        public let id: StepID?
        /// The step, if it is one.
        public let step: Step?
        /// The statements of a block; of a `when` those that are done when the condition holds.
        public let statements: [Statement]
        /// Of a `when`: the statements that are done when the condition does not hold.
        public let otherwise: [Statement]
        /// Of a `forEach`: how many elements are dealt with at a time.
        public let concurrently: Int?
    }

    /// The kind of saga.
    public let name: SagaName
    /// The version of the plan.
    public let version: Int
    /// How long a saga may take, in milliseconds; `nil` means without end.
    public let deadlineMilliseconds: Int64?
    /// The statements, in order.
    public let statements: [Statement]

    /// Every step, in order; those of a `forEach` once.
    public var steps: [Step] { Self.steps(of: statements) }

    private static func steps(of statements: [Statement]) -> [Step] {
        statements.flatMap { statement in
            (statement.step.map { [$0] } ?? []) + steps(of: statement.statements) + steps(of: statement.otherwise)
        }
    }
}

extension Saga {
    /// The plan of this kind of saga as data.
    public static func describe() -> PlanDescription {
        PlanDescription(
            name: name,
            version: version,
            deadlineMilliseconds: deadline?.wholeMilliseconds,
            statements: PlanNode.placed(plan.nodes).map(PlanDescription.Statement.init)
        )
    }
}

extension PlanDescription.Step {
    init(_ step: PlannedStep) {
        self.init(
            id: step.id,
            word: step.word,
            phase: step.phase,
            command: step.commandType,
            compensation: step.undoType,
            noCompensation: step.noCompensation,
            timeoutMilliseconds: step.timeout?.wholeMilliseconds,
            attempts: step.retry.attempts,
            child: step.child
        )
    }
}

extension PlanDescription.Statement {
    init(_ node: PlanNode) {
        switch node.kind {
        case .step(let step): self.init(step.word, id: step.id, step: .init(step))
        case .sequence(let nodes): self.init(.sequence, nodes)
        case .parallel(let id, let nodes): self.init(.parallel, id: id, nodes)
        case .choice(let choice): self.init(.when, id: choice.id, choice.then, otherwise: choice.otherwise)
        case .loop(let loop): self.init(.forEach, id: loop.id, loop.body, concurrently: loop.limit)
        }
    }

    private init(
        _ word: PlanWord,
        id: StepID? = nil,
        step: PlanDescription.Step? = nil,
        _ statements: [PlanNode] = [],
        otherwise: [PlanNode] = [],
        concurrently: Int? = nil
    ) {
        self.init(
            word: word,
            id: id,
            step: step,
            statements: statements.map(PlanDescription.Statement.init),
            otherwise: otherwise.map(PlanDescription.Statement.init),
            concurrently: concurrently
        )
    }
}
