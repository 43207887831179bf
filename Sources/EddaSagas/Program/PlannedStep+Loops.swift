internal import EddaCore

/// How the closures of a loop's body, which see the state and an element, are given the state alone.
struct LoopLift: Sendable {
    typealias AnyState = PlannedStep.AnyState

    /// The loop.
    let loop: StepID
    /// Joins state and element.
    let wrap: @Sendable (AnyState, StoredBytes, SchemaRegistry) throws -> AnyState
    /// The state of the two.
    let unwrap: @Sendable (AnyState) throws -> AnyState

    func inner(_ state: AnyState, _ elements: PlannedStep.Elements, _ schema: SchemaRegistry) throws -> AnyState {
        guard let element = elements.first else {
            throw SagaError(.unreadableInstance, "The element of the loop \(loop) is not on record.")
        }
        return try wrap(state, element, schema)
    }
}

extension PlannedStep {
    func lifted(_ lift: LoopLift) -> PlannedStep {
        var step = self
        step.loops.insert(lift.loop, at: 0)
        let (prepare, settle, timedOut) = (prepare, settle, timedOut)
        step.prepare = { state, elements, schema in
            try prepare(lift.inner(state, elements, schema), elements.dropFirst(), schema)
        }
        step.settle = { state, elements, reply, schema in
            var inner = try lift.inner(state, elements, schema)
            let settled = try settle(&inner, elements.dropFirst(), reply, schema)
            if settled.hasChanged { state = try lift.unwrap(inner) }
            return settled
        }
        if let timedOut {
            step.timedOut = { state, elements, schema in
                var inner = try lift.inner(state, elements, schema)
                try timedOut(&inner, elements.dropFirst(), schema)
                state = try lift.unwrap(inner)
            }
        }
        step.perform = Self.lifted(perform, lift)
        step.performUndo = Self.lifted(performUndo, lift)
        return step
    }

    private static func lifted(_ perform: Perform?, _ lift: LoopLift) -> Perform? {
        guard let perform else { return nil }
        return { state, elements, call, services, schema in
            try perform(lift.inner(state, elements, schema), elements.dropFirst(), call, services, schema)
        }
    }
}

extension PlanNode {
    /// The statement as part of a loop's body.
    func lifted(_ lift: LoopLift) -> PlanNode {
        switch kind {
        case .step(let step): PlanNode(.step(step.lifted(lift)))
        case .sequence(let nodes): PlanNode(.sequence(nodes.map { $0.lifted(lift) }))
        case .parallel(let id, let nodes): PlanNode(.parallel(id, nodes.map { $0.lifted(lift) }))
        case .choice(let choice): PlanNode(.choice(choice.lifted(lift)))
        case .loop(let loop): PlanNode(.loop(loop.lifted(lift)))
        }
    }

    /// The statement where it stands: what may stand on both sides of the pivot learns on which it does.
    func placed(afterPivot: Bool) -> PlanNode {
        switch kind {
        case .step(var step):
            if step.isAnywhere { step.phase = afterPivot ? .retriable : .compensatable }
            return PlanNode(.step(step))
        case .sequence(let nodes):
            return PlanNode(.sequence(nodes.map { $0.placed(afterPivot: afterPivot) }))
        case .parallel(let id, let nodes):
            return PlanNode(.parallel(id, nodes.map { $0.placed(afterPivot: afterPivot) }))
        case .choice(var choice):
            choice.then = choice.then.map { $0.placed(afterPivot: afterPivot) }
            choice.otherwise = choice.otherwise.map { $0.placed(afterPivot: afterPivot) }
            return PlanNode(.choice(choice))
        case .loop(var loop):
            loop.body = loop.body.map { $0.placed(afterPivot: afterPivot) }
            return PlanNode(.loop(loop))
        }
    }
}

extension PlannedChoice {
    fileprivate func lifted(_ lift: LoopLift) -> PlannedChoice {
        var choice = self
        let decide = decide
        choice.decide = { state, elements, schema in
            try decide(lift.inner(state, elements, schema), elements.dropFirst(), schema)
        }
        choice.then = then.map { $0.lifted(lift) }
        choice.otherwise = otherwise.map { $0.lifted(lift) }
        return choice
    }
}

extension PlannedLoop {
    fileprivate func lifted(_ lift: LoopLift) -> PlannedLoop {
        var loop = self
        let read = read
        loop.read = { state, elements, schema in
            try read(lift.inner(state, elements, schema), elements.dropFirst(), schema)
        }
        loop.body = body.map { $0.lifted(lift) }
        return loop
    }
}
