internal import EddaCore

extension SagaTransition {
    /// Looks at where the steps stand, and does what follows from it: go on, turn back, undo, park or end.
    ///
    /// It changes nothing when nothing follows, so it is called after every input.
    mutating func advance() throws(SagaError) {
        if instance.status == .running { try takeUp() }
        if instance.status == .running, let index = firstExpired() { return parkForward(at: index) }
        switch instance.status {
        case .running where instance.turningBack != nil: try turn()
        case .running: try goForward()
        case .compensating: try undoNext()
        case .parked, .completed, .compensated: break
        }
    }

    private mutating func goForward() throws(SagaError) {
        if let index = instance.steps.firstIndex(where: { $0.isBlocked && $0.status == .failed }) {
            let step = instance.steps[index]
            let reason = step.lastError ?? "no reason given"
            return park(.childTaken, at: index, "Step \(step.id) cannot start its saga: \(reason)")
        }
        if let index = try firstFailedForGood() { return parkForward(at: index) }
        let isDone = try walk(program.nodes, LoopScope())
        // A saga does not end in a commit that is its caller's: its timer is due at once.
        guard isDone, instance.status == .running, mayEnd else { return }
        finish(.completed)
    }

    /// A step that cannot be undone, and that was refused or has failed for good.
    private func firstFailedForGood() throws(SagaError) -> Int? {
        for (index, step) in instance.steps.enumerated() {
            guard step.status == .rejected || step.status == .failed && step.forward.due == nil else { continue }
            if try plan(index).phase == .retriable { return index }
        }
        return nil
    }

    /// A step of which nobody can tell any more whether it was executed.
    private func firstExpired() -> Int? {
        instance.steps.firstIndex { $0.status == .unknown && $0.forward.isAnsweredForGood }
    }

    private mutating func parkForward(at index: Int) {
        let step = instance.steps[index]
        let reason = step.lastError ?? "no reason given"
        if step.status == .unknown {
            park(.expired, at: index, "Whether step \(step.id) was executed is unknown: \(reason)")
        } else if step.status == .rejected {
            park(.stepRejected, at: index, "Step \(step.id) was rejected and cannot be undone: \(reason)")
        } else {
            park(.stepFailed, at: index, "Step \(step.id) failed for good and cannot be undone: \(reason)")
        }
    }

    /// Brings what is under way to an outcome, without new tries; then turns back.
    private mutating func turn() throws(SagaError) {
        for index in instance.steps.indices where instance.steps[index].isUnderWay {
            let word = try plan(index).word
            switch (word, instance.steps[index].status) {
            case (.sleep, .dispatched), (.awaitSignal, .dispatched):
                try instance.steps[index].move(to: .skipped)
                instance.steps[index].forward.stopWaiting()
                record(StepSkipped(step: instance.steps[index].id, reason: "the saga turns back"))
            case (.child, .dispatched):
                cancelChild(index)
            case (_, .failed):
                try giveUp(index, isFinal: false)
            default:
                break
            }
            guard instance.status == .running else { return }
        }
        if instance.steps.contains(where: \.isUnderWay), policies.defect != .openStepNotAwaited {
            instance.reason = instance.turningBackNote
        } else {
            try compensate()
        }
    }

    func cancelReason() -> String { instance.turningBack ?? instance.turnedBackFor ?? "its parent does not need it" }

    mutating func cancelChild(_ index: Int) {
        guard !instance.steps[index].isChildCancelled, let child = instance.steps[index].child else { return }
        instance.steps[index].isChildCancelled = true
        record(ChildCancelled(step: instance.steps[index].id, child: child))
        wantCancelled(index)
    }

    mutating func wantCancelled(_ index: Int) {
        let step = instance.steps[index]
        guard let child = step.child else { return }
        let key = SagaKey(saga: instance.id, step: step.id, direction: .forward, round: step.forward.round)
        want(.cancelChild(child, of: key, reason: cancelReason()))
    }

    /// Decides that the saga turns back; the first reason counts.
    mutating func turnBack(_ reason: String, at step: StepID) {
        guard instance.turningBack == nil, !instance.goesBack else { return }
        instance.turningBack = reason
        instance.turningBackAt = step
    }

    // MARK: The plan

    /// The loops around a statement: what stands in the brackets of its steps, and the elements.
    struct LoopScope {
        var brackets = ""
        var elements: [StoredBytes] = []
    }

    /// Dispatches what is ready.
    ///
    /// - Returns: Whether all of it is behind.
    private mutating func walk(_ nodes: [PlanNode], _ scope: LoopScope) throws(SagaError) -> Bool {
        for node in nodes {
            guard try walk(node, scope) else { return false }
        }
        return true
    }

    private mutating func walk(_ node: PlanNode, _ scope: LoopScope) throws(SagaError) -> Bool {
        switch node.kind {
        case .step(let step):
            guard let index = index(of: step.id.appending(scope.brackets)) else {
                throw SagaError(.illegalTransition, "Step \(step.id)\(scope.brackets) has no record.")
            }
            if instance.steps[index].status == .never { try dispatch(index, step, scope.elements) }
            return instance.steps[index].status.isBehind && instance.status == .running
        case .sequence(let nodes):
            return try walk(nodes, scope)
        case .parallel(_, let branches):
            var isDone = true
            for branch in branches {
                if try !walk(branch, scope) { isDone = false }
                guard instance.status == .running else { return false }
            }
            return isDone
        case .choice(let choice):
            guard let holds = decide(choice, scope) else { return false }
            return try walk(holds ? choice.then : choice.otherwise, scope)
        case .loop(let loop):
            return try walk(loop, scope)
        }
    }

    private mutating func walk(_ loop: PlannedLoop, _ scope: LoopScope) throws(SagaError) -> Bool {
        guard let elements = expand(loop, scope) else { return false }
        let id = loop.id.appending(scope.brackets)
        var done = instance.block(id)?.done ?? 0
        defer { note(done, of: id) }
        var open = 0
        for element in elements.dropFirst(done) {
            let inner = LoopScope(
                brackets: scope.brackets + StepID.bracket(element.key),
                elements: scope.elements + [element.data]
            )
            if try !walk(loop.body, inner) {
                open += 1
            } else if open == 0 {
                done += 1
            }
            guard instance.status == .running, open < loop.limit else { return false }
        }
        return open == 0
    }

    private mutating func note(_ done: Int, of loop: StepID) {
        guard done > 0, let place = instance.blocks?.firstIndex(where: { $0.id == loop }) else { return }
        instance.blocks?[place].done = done
    }

    /// Which branch is taken; `nil` when the condition cannot be asked, and the saga is parked.
    private mutating func decide(_ choice: PlannedChoice, _ scope: LoopScope) -> Bool? {
        let id = choice.id.appending(scope.brackets)
        if let holds = block(id)?.holds { return holds }
        let holds: Bool
        do {
            holds = try choice.decide(currentState(), scope.elements[...], program.schema)
            for skipped in PlanNode.standingSteps(of: holds ? choice.otherwise : choice.then) {
                guard let index = index(of: skipped.appending(scope.brackets)) else { continue }
                try instance.steps[index].move(to: .skipped)
                instance.steps[index].lastError = "its branch was not taken"
            }
        } catch {
            park(.unreadable, step: id, "The block \(id) cannot be decided: \(error)")
            return nil
        }
        add(BlockRecord(id: id, holds: holds))
        record(BranchChosen(block: id, holds: holds))
        return holds
    }

    /// The record of a step.
    mutating func index(of id: StepID) -> Int? {
        if let places { return places[id] }
        searches += 1
        guard searches > 8, instance.steps.count > 16 else { return instance.steps.firstIndex { $0.id == id } }
        places = Dictionary(
            instance.steps.enumerated().map { ($0.element.id, $0.offset) },
            uniquingKeysWith: { first, _ in first }
        )
        return places?[id]
    }
}
