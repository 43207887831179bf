public import EddaCore

/// A plan as data: to print, to compare, to draw.
public struct PlanDescription: Codable, Hashable, Sendable {
    /// One step.
    public struct Step: Codable, Hashable, Sendable {
        /// The step.
        public let id: StepID
        /// Where in the plan it stands.
        public let phase: StepPhase
        /// The command it sends.
        public let command: MessageType
        /// The command that undoes it.
        public let compensation: MessageType?
        /// Why it need not be undone.
        public let noCompensation: String?
        /// How long it may be without an answer, in milliseconds; `nil` means without end.
        public let timeoutMilliseconds: Int64?
        /// How often it is tried when it fails; `nil` means without end.
        public let attempts: Int?
    }

    /// The kind of saga.
    public let name: SagaName
    /// The version of the plan.
    public let version: Int
    /// The steps, in order.
    public let steps: [Step]

    /// The plan as a drawing: forward downwards, and beside each step what undoes it.
    public var graph: SagaGraph {
        var graph = SagaGraph()
        graph.add("start", name.rawValue, "plan version \(version)", isEnd: true)
        var last = "start"
        for (index, step) in steps.enumerated() {
            let phase = step.phase == .compensatable ? nil : step.phase.rawValue
            graph.add("step\(index)", step.id.rawValue, step.command.rawValue, phase)
            graph.connect(last, "step\(index)")
            if let undo = step.compensation {
                graph.add("undo\(index)", "undo \(step.id)", undo.rawValue, shade: .undone)
                graph.connect("step\(index)", "undo\(index)", isBack: true)
            }
            last = "step\(index)"
        }
        graph.add("finish", SagaRecord.Status.completed.rawValue, isEnd: true)
        graph.connect(last, "finish")
        return graph
    }
}

extension Saga {
    /// The plan of this kind of saga as data.
    public static func describe() -> PlanDescription {
        PlanDescription(
            name: name,
            version: version,
            steps: plan.steps.map { step in
                PlanDescription.Step(
                    id: step.id,
                    phase: step.phase,
                    command: step.commandType,
                    compensation: step.undoType,
                    noCompensation: step.noCompensation,
                    timeoutMilliseconds: step.timeout?.wholeMilliseconds,
                    attempts: step.retry.attempts
                )
            }
        )
    }
}
