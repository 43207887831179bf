internal import EddaCore

extension SagaTimeline {
    /// The saga as a drawing: where each step stands, and the way back where it turned back.
    public var graph: SagaGraph {
        var graph = SagaGraph()
        graph.add("start", id.rawValue, "\(name), plan version \(planVersion)", isEnd: true)
        var last = "start"
        for (index, step) in steps.enumerated() {
            let phase = step.phase == .pivot ? "pivot" : nil
            graph.add("step\(index)", step.id.rawValue, phase, words(of: step), shade: shade(of: step.status))
            graph.connect(last, "step\(index)")
            last = "step\(index)"
        }
        if let turn = entries.last(where: { $0.what == "compensation.began" })?.step,
            let place = steps.firstIndex(where: { $0.id == turn })
        {
            last = drawWayBack(from: place, in: &graph)
        }
        graph.add("finish", status.rawValue, shade: shadeOfEnd, isEnd: true)
        graph.connect(last, "finish", isBack: last.hasPrefix("undo"))
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

    private func words(of step: Step) -> String {
        step.attempts > 1 ? "\(step.status.rawValue), \(step.attempts) tries" : step.status.rawValue
    }

    private func shade(of status: StepStatus) -> SagaGraph.Shade {
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
