internal import EddaCore

// Which step an operator decides about.
extension SagaTransition {
    typealias Place = (index: Int, direction: Direction)

    /// The steps that an operator can decide about: those that are reached and not done, or the one that is not undone.
    var allPlaces: [Place] {
        guard instance.goesBack else {
            let reached = instance.steps.indices.filter { index in
                [.dispatched, .failed, .rejected, .unknown].contains(instance.steps[index].status)
            }
            if !reached.isEmpty { return reached.map { ($0, .forward) } }
            return instance.steps.firstIndex { !$0.status.isBehind }.map { [($0, .forward)] } ?? []
        }
        let underWay = instance.steps.lastIndex { $0.status.isOfUndo }
        let next = instance.steps.lastIndex { $0.status == .succeeded || $0.status == .unknown }
        return (underWay ?? next).map { [($0, .undo)] } ?? []
    }

    /// The step that an operator decides about.
    ///
    /// To skip or resolve another step than the one for which the saga is parked, one has to name it.
    func place(for request: OperatorRequest) -> Place? {
        switch request.verb {
        case .skip, .resolve:
            guard request.step == nil, let step = instance.parking?.step else { return place(at: request.step) }
            return standing(at: step)
        case .retry, .compensate, .cancel:
            return place(at: request.step)
        }
    }

    /// The step that an operator decides about: the named one; else the one for which it is parked, or the first in trouble.
    func place(at step: StepID?) -> Place? {
        let places = allPlaces
        if let step {
            return places.first { instance.steps[$0.index].id == step } ?? standing(at: step)
        }
        return standing(at: instance.parking?.step) ?? places.first { isInTrouble($0.index) } ?? places.first
    }

    /// The step that is named, when the saga is parked at it.
    private func standing(at step: StepID?) -> Place? {
        guard let step, instance.parking?.step == step,
            let index = instance.steps.firstIndex(where: { $0.id == step }),
            instance.goesBack ? instance.steps[index].status != .skipped : !instance.steps[index].status.isBehind
        else { return nil }
        return (index, instance.goesBack ? .undo : .forward)
    }

    /// Whether nothing more comes of a step by itself.
    func isInTrouble(_ index: Int) -> Bool {
        let step = instance.steps[index]
        switch step.status {
        case .rejected, .undoFailed: return true
        case .failed, .unknown: return !step.isUnderWay || instance.status == .parked
        default: return instance.parking?.step == step.id
        }
    }
}
