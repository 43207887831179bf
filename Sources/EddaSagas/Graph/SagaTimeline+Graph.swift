internal import EddaCore

extension SagaTimeline {
    /// The saga as a drawing: where each step stands, and the way back where it turned back.
    public var graph: SagaGraph {
        var graph = SagaGraph()
        graph.add("start", id.rawValue, "\(name), plan version \(planVersion)", isEnd: true)
        var drawing = TimelineDrawing(timeline: self, graph: graph)
        var ends: [TimelineDrawing.OpenEnd] = [.init(from: "start")]
        if plan.isEmpty {
            for index in steps.indices { ends = drawing.draw(step: index, from: ends) }
        } else {
            ends = drawing.draw(plan, "", from: ends)
        }
        graph = drawing.graph
        let turn = entries.last { $0.what == "compensation.began" }?.step
        let place = turn.flatMap { turn in steps.firstIndex { $0.id == turn } }
        if let place { ends = [.init(from: drawWayBack(from: place, in: &graph))] }
        graph.add("finish", status.rawValue, shade: shadeOfEnd, isEnd: true)
        for end in ends { graph.connect(end.from, "finish", end.label, isBack: end.from.hasPrefix("undo")) }
        return graph
    }

    /// - Returns: The last box of the way.
    private func drawWayBack(from place: Int, in graph: inout SagaGraph) -> String {
        var last = "step\(place)"
        var label: String? = "turned back"
        for (index, step) in steps.enumerated().reversed() {
            let what: String
            switch step.status {
            case .succeeded, .unknown: what = "to be undone"
            case .undoDispatched, .undone, .undoFailed, .skipped: what = step.status.rawValue
            case .never, .dispatched, .rejected, .failed: continue
            }
            let tries = step.undoAttempts > 1 ? ", \(step.undoAttempts) tries" : ""
            let shade = step.status == .succeeded ? SagaGraph.Shade.plain : shade(of: step.status)
            graph.add("undo\(index)", "undo \(step.id)", what + tries, shade: shade)
            graph.connect(last, "undo\(index)", label, isBack: true)
            last = "undo\(index)"
            label = nil
        }
        return last
    }

    fileprivate func words(of step: Step) -> String {
        step.attempts > 1 ? "\(step.status.rawValue), \(step.attempts) tries" : step.status.rawValue
    }

    fileprivate func shade(of status: StepStatus) -> SagaGraph.Shade {
        switch status {
        case .never: .plain
        case .dispatched, .undoDispatched: .active
        case .succeeded: .done
        case .rejected, .failed, .unknown, .undoFailed: .trouble
        case .undone: .undone
        case .skipped: .skipped
        }
    }

    private var shadeOfEnd: SagaGraph.Shade {
        switch status {
        case .running, .compensating: .active
        case .completed: .done
        case .compensated: .undone
        case .parked: .trouble
        }
    }
}

/// Draws the statements of a saga's plan as far as they are reached.
private struct TimelineDrawing {
    /// An arrow whose end is not known yet.
    struct OpenEnd {
        let from: String
        var label: String?
    }

    /// The most elements of a loop that are drawn.
    private static let limit = 24

    let timeline: SagaTimeline
    var graph: SagaGraph
    private var blocks = 0

    init(timeline: SagaTimeline, graph: SagaGraph) {
        self.timeline = timeline
        self.graph = graph
    }

    mutating func draw(step index: Int, from ends: [OpenEnd]) -> [OpenEnd] {
        let step = timeline.steps[index]
        graph.add(
            "step\(index)",
            step.id.rawValue,
            step.phase == .pivot ? "pivot" : nil,
            step.child.map { "saga \($0)" },
            timeline.words(of: step),
            shade: timeline.shade(of: step.status)
        )
        join(ends, to: "step\(index)")
        return [OpenEnd(from: "step\(index)")]
    }

    mutating func draw(
        _ statements: [PlanDescription.Statement],
        _ brackets: String,
        from ends: [OpenEnd]
    ) -> [OpenEnd] {
        statements.reduce(ends) { ends, statement in draw(statement, brackets, from: ends) }
    }

    private mutating func draw(
        _ statement: PlanDescription.Statement,
        _ brackets: String,
        from ends: [OpenEnd]
    ) -> [OpenEnd] {
        guard statement.word != .sequence else { return draw(statement.statements, brackets, from: ends) }
        guard let id = statement.id?.appending(brackets) else { return ends }
        if statement.step != nil {
            guard let index = timeline.steps.firstIndex(where: { $0.id == id }) else { return ends }
            return draw(step: index, from: ends)
        }
        let record = timeline.blocks.first { $0.id == id }
        let box = "block\(blocks)"
        blocks += 1
        let start = [OpenEnd(from: box)]
        switch statement.word {
        case .parallel:
            graph.add(box, id.rawValue, "parallel")
            join(ends, to: box)
            return statement.statements.flatMap { draw($0, brackets, from: start) }
        case .when:
            graph.add(box, id.rawValue, "when", record?.holds.map { $0 ? "holds" : "does not hold" })
            join(ends, to: box)
            var next: [OpenEnd] = []
            if record?.holds ?? true { next += draw(statement.statements, brackets, from: start) }
            if !(record?.holds ?? false) { next += draw(statement.otherwise, brackets, from: start) }
            return next
        default:
            let keys = record?.elements
            graph.add(box, id.rawValue, "for each", keys.map { "\($0.count) elements" } ?? "not reached")
            join(ends, to: box)
            guard let keys, !keys.isEmpty else { return start }
            var next: [OpenEnd] = []
            for key in keys.prefix(Self.limit) {
                next += draw(statement.statements, brackets + StepID.bracket(key), from: start)
            }
            if keys.count > Self.limit {
                graph.add("\(box)rest", "\(keys.count - Self.limit) more")
                join(start, to: "\(box)rest")
                next.append(OpenEnd(from: "\(box)rest"))
            }
            return next
        }
    }

    private mutating func join(_ ends: [OpenEnd], to box: String) {
        for end in ends { graph.connect(end.from, box, end.label) }
    }
}
