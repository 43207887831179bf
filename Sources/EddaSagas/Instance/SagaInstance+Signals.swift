internal import EddaCore

extension SagaInstance {
    /// What becomes of a signal that comes now.
    func fate(of signal: SagaSignal, in program: SagaProgram) -> SagaSignalOutcome {
        let record = steps.first { $0.id == signal.step }
        let early = signals?.first { $0.step == signal.step }
        let taken = [record?.forward.lastReplyID, early?.key].compactMap { $0.map(ExactText.init) }
        if let key = signal.key, taken.contains(ExactText(key)) { return .duplicate }
        guard !status.isEnded, !goesBack else { return .ignored }
        guard let record else {
            let isOpen = early == nil && turningBack == nil && prospect(of: signal.step, in: program) != .branchNotTaken
            return isOpen ? .kept : .ignored
        }
        switch record.status {
        case .dispatched: return early == nil ? .taken : .ignored
        case .never: return early == nil && turningBack == nil ? .kept : .ignored
        default: return .ignored
        }
    }

    /// What may become of a step of a loop that has no record.
    enum Prospect {
        /// It may be reached.
        case open
        /// The branch in which its loop stands was not taken.
        case branchNotTaken
        /// Its loop was reached, and has no such element.
        case noSuchElement
    }

    func prospect(of step: StepID, in program: SagaProgram) -> Prospect {
        prospect(program.nodes, step.template, step.brackets[...], "") ?? .open
    }

    /// - Returns: `nil` when the step is not among the statements.
    private func prospect(
        _ nodes: [PlanNode],
        _ step: StepID,
        _ brackets: ArraySlice<Substring>,
        _ outer: String
    ) -> Prospect? {
        for node in nodes {
            switch node.kind {
            case .step(let planned):
                if planned.id == step { return .open }
            case .sequence(let inner), .parallel(_, let inner):
                if let found = prospect(inner, step, brackets, outer) { return found }
            case .choice(let choice):
                let holds = block(choice.id.appending(outer))?.holds
                if let found = prospect(choice.then, step, brackets, outer) {
                    return holds == false ? .branchNotTaken : found
                }
                if let found = prospect(choice.otherwise, step, brackets, outer) {
                    return holds == true ? .branchNotTaken : found
                }
            case .loop(let loop):
                guard let bracket = brackets.first, PlanNode.steps(of: loop.body).contains(where: { $0.id == step })
                else { continue }
                guard let elements = block(loop.id.appending(outer))?.elements else { return .open }
                guard elements.contains(where: { ExactText(StepID.bracket($0.key)) == ExactText(String(bracket)) })
                else { return .noSuchElement }
                return prospect(loop.body, step, brackets.dropFirst(), outer + bracket)
            }
        }
        return nil
    }
}
