internal import EddaCore

extension PlanNode {
    /// The statements of a plan where they stand: what may stand on both sides of the pivot learns on which it does.
    static func placed(_ nodes: [PlanNode]) -> [PlanNode] {
        var isAfterPivot = false
        return nodes.map { node in
            if case .step(let step) = node.kind, step.phase == .pivot {
                isAfterPivot = true
                return node
            }
            return node.placed(afterPivot: isAfterPivot)
        }
    }

    /// The statements within, in order.
    var children: [PlanNode] {
        switch kind {
        case .step: []
        case .sequence(let nodes), .parallel(_, let nodes): nodes
        case .choice(let choice): choice.then + choice.otherwise
        case .loop(let loop): loop.body
        }
    }

    /// Every step of some statements, in order.
    static func steps(of nodes: [PlanNode]) -> [PlannedStep] {
        nodes.flatMap { node -> [PlannedStep] in
            if case .step(let step) = node.kind { return [step] }
            return steps(of: node.children)
        }
    }

    /// The ids of the steps that are there from the beginning: those outside of loops.
    static func standingSteps(of nodes: [PlanNode]) -> [StepID] {
        nodes.flatMap { node -> [StepID] in
            switch node.kind {
            case .step(let step): [step.id]
            case .loop: []
            default: standingSteps(of: node.children)
            }
        }
    }

    /// The ids of every step and block, in order.
    static func ids(of nodes: [PlanNode]) -> [StepID] {
        nodes.flatMap { node -> [StepID] in (node.id.map { [$0] } ?? []) + ids(of: node.children) }
    }

    /// The id; a `sequence` has none.
    var id: StepID? {
        switch kind {
        case .step(let step): step.id
        case .sequence: nil
        case .parallel(let id, _): id
        case .choice(let choice): choice.id
        case .loop(let loop): loop.id
        }
    }

    /// Adds what makes up the plan's identity.
    ///
    /// Stored sagas carry the hash, so a change of what is added strands them.
    func add(to fingerprint: inout Fingerprint) {
        switch kind {
        case .step(let step):
            fingerprint.add(step.id.rawValue)
            fingerprint.add(step.phase.rawValue)
            fingerprint.add(step.commandType.rawValue)
            fingerprint.add(step.undoType?.rawValue ?? "")
            if let child = step.child { fingerprint.add(child.rawValue) }
        case .choice(let choice):
            fingerprint.add("when(")
            fingerprint.add(choice.id.rawValue)
            for node in choice.then { node.add(to: &fingerprint) }
            fingerprint.add("otherwise")
            for node in choice.otherwise { node.add(to: &fingerprint) }
            fingerprint.add(")")
        case .sequence(let nodes):
            fingerprint.add("sequence(")
            for node in nodes { node.add(to: &fingerprint) }
            fingerprint.add(")")
        case .parallel(let id, let nodes):
            fingerprint.add("parallel(")
            fingerprint.add(id.rawValue)
            for node in nodes { node.add(to: &fingerprint) }
            fingerprint.add(")")
        case .loop(let loop):
            fingerprint.add("for-each(")
            fingerprint.add(loop.id.rawValue)
            for node in loop.body { node.add(to: &fingerprint) }
            fingerprint.add(")")
        }
    }
}
