internal import EddaCore

extension SagaTransition {
    /// The elements of a loop: read and kept when it is reached.
    ///
    /// - Returns: `nil` when they cannot be read or told apart, and the saga is parked.
    mutating func expand(_ loop: PlannedLoop, _ scope: LoopScope) -> [LoopElement]? {
        let id = loop.id.appending(scope.brackets)
        if let elements = block(id)?.elements { return elements }
        let elements: [LoopElement]
        do {
            elements = try loop.read(currentState(), scope.elements[...], program.schema)
        } catch {
            park(.unreadable, step: id, "The elements of \(id) cannot be read: \(error)")
            return nil
        }
        let steps = PlanNode.standingSteps(of: loop.body)
        var seen: Set<ExactText> = []
        var records: [StepRecord] = []
        for element in elements {
            let brackets = scope.brackets + StepID.bracket(element.key)
            let ids = PlanNode.ids(of: loop.body).map { $0.rawValue + brackets }
            if let problem = problem(with: element.key, isNew: seen.insert(ExactText(element.key)).inserted, ids) {
                park(.elementsAmbiguous, step: id, "The elements of \(id) need ids of their own: \(problem)")
                return nil
            }
            records += steps.map { StepRecord(id: $0.appending(brackets)) }
        }
        var place = 0
        _ = count(program.nodes, "", to: id, &place)
        instance.steps.insert(contentsOf: records, at: place)
        places = nil
        add(BlockRecord(id: id, elements: elements))
        record(ElementsRead(block: id, keys: elements.map(\.key)))
        return elements
    }

    private func problem(with key: String, isNew: Bool, _ ids: [String]) -> String? {
        if key.isEmpty { return "one is empty." }
        if !isNew { return "\"\(key.prefix(80))\" is there twice." }
        if ids.contains(where: { StepID(rawValue: $0) == nil }) { return "\"\(key.prefix(80))…\" is too long." }
        return nil
    }

    /// Counts the records that stand before a loop.
    ///
    /// - Returns: Whether the loop was found.
    private func count(_ nodes: [PlanNode], _ brackets: String, to target: StepID, _ count: inout Int) -> Bool {
        for node in nodes {
            switch node.kind {
            case .step:
                count += 1
            case .loop(let loop):
                let id = loop.id.appending(brackets)
                if id == target { return true }
                for element in block(id)?.elements ?? [] {
                    let inner = brackets + StepID.bracket(element.key)
                    if self.count(loop.body, inner, to: target, &count) { return true }
                }
            default:
                if self.count(node.children, brackets, to: target, &count) { return true }
            }
        }
        return false
    }

    /// The elements of the loops around a step, the outermost first.
    func elements(of index: Int, _ step: PlannedStep) -> [StoredBytes] {
        guard !step.loops.isEmpty else { return [] }
        var outer = ""
        var elements: [StoredBytes] = []
        for (loop, bracket) in zip(step.loops, instance.steps[index].id.brackets) {
            let isPlain = !bracket.utf8.contains(UInt8(ascii: "%"))
            let text = bracket.utf8.dropFirst().dropLast()
            let element = block(loop.appending(outer))?.elements?.first {
                isPlain
                    ? $0.key.utf8.elementsEqual(text) : ExactText(StepID.bracket($0.key)) == ExactText(String(bracket))
            }
            guard let element else { return elements }
            elements.append(element.data)
            outer += bracket
        }
        return elements
    }
}
