internal import EddaCore

extension PlanDescription {
    /// The plan as a drawing: forward downwards, and beside each step what undoes it.
    public var graph: SagaGraph {
        var graph = SagaGraph()
        graph.add("start", name.rawValue, "plan version \(version)", isEnd: true)
        var drawing = PlanDrawing(graph: graph)
        let ends = drawing.draw(statements, from: [.init(from: "start")])
        drawing.graph.add("finish", SagaRecord.Status.completed.rawValue, isEnd: true)
        drawing.join(ends, to: "finish")
        return drawing.graph
    }
}

/// Draws the statements of a plan one below the other, and branches side by side.
private struct PlanDrawing {
    /// An arrow whose end is not known yet.
    struct OpenEnd {
        let from: String
        var label: String?
    }

    var graph: SagaGraph
    private var steps = 0
    private var blocks = 0

    init(graph: SagaGraph) { self.graph = graph }

    mutating func join(_ ends: [OpenEnd], to box: String) {
        for end in ends { graph.connect(end.from, box, end.label) }
    }

    mutating func draw(_ statements: [PlanDescription.Statement], from ends: [OpenEnd]) -> [OpenEnd] {
        statements.reduce(ends) { ends, statement in draw(statement, from: ends) }
    }

    private mutating func draw(_ statement: PlanDescription.Statement, from ends: [OpenEnd]) -> [OpenEnd] {
        if let step = statement.step { return draw(step, from: ends) }
        if statement.word == .sequence { return draw(statement.statements, from: ends) }
        let box = "block\(blocks)"
        blocks += 1
        switch statement.word {
        case .parallel:
            graph.add(box, statement.id?.rawValue, "parallel")
            join(ends, to: box)
            return statement.statements.flatMap { draw($0, from: [OpenEnd(from: box)]) }
        case .when:
            graph.add(box, statement.id?.rawValue, "when")
            join(ends, to: box)
            return draw(statement.statements, from: [OpenEnd(from: box, label: "holds")])
                + draw(statement.otherwise, from: [OpenEnd(from: box, label: "otherwise")])
        default:
            let limit = statement.concurrently ?? 1
            graph.add(box, statement.id?.rawValue, limit > 1 ? "for each, \(limit) at a time" : "for each")
            join(ends, to: box)
            for end in draw(statement.statements, from: [OpenEnd(from: box, label: "element")]) {
                graph.connect(end.from, box, end.label ?? "next")
            }
            return [OpenEnd(from: box, label: "all done")]
        }
    }

    private mutating func draw(_ step: PlanDescription.Step, from ends: [OpenEnd]) -> [OpenEnd] {
        let number = steps
        steps += 1
        let phase = step.phase == .compensatable || step.isWait ? nil : step.phase.rawValue
        graph.add("step\(number)", step.id.rawValue, step.what, phase)
        join(ends, to: "step\(number)")
        if let undo = step.compensation {
            let what = undo == InternalCommand.local ? PlanWord.local.rawValue : undo.rawValue
            graph.add("undo\(number)", "undo \(step.id)", what, shade: .undone)
            graph.connect("step\(number)", "undo\(number)", isBack: true)
        }
        return [OpenEnd(from: "step\(number)")]
    }
}

extension PlanDescription.Step {
    fileprivate var isWait: Bool { word == .sleep || word == .awaitSignal }

    fileprivate var what: String {
        switch word {
        case .child: "saga \(child?.rawValue ?? "?")"
        case .awaitSignal:
            "signal" + (timeoutMilliseconds.map { ", \(Duration.milliseconds($0).inWords) at most" } ?? "")
        case .local, .sleep: word.rawValue
        default: command.rawValue
        }
    }
}
