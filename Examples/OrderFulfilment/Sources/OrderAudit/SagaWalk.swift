/// Follows the history of one saga and notes what a saga must never do.
struct SagaWalk {
    enum Status: String {
        case never, dispatched, succeeded, rejected, failed, unknown, undoing, undone, skipped
    }

    /// One event of a history.
    struct Line {
        let position: Int64
        let type: String
        let step: String?
        let verb: String?
        let because: String?
        /// Whether a participant has said that no copy of its command can succeed.
        var isFinal = false
    }

    let id: String
    private(set) var statuses = [Status](repeating: .never, count: PlannedStep.all.count)
    /// Steps whose compensation an operator has declared done or not needed.
    private(set) var decided: Set<String> = []
    private(set) var goesBack = false
    private(set) var isParked = false
    private(set) var isStarted = false
    /// `completed` or `compensated`.
    private(set) var ending: String?
    private(set) var wasUnknown: Set<String> = []
    private(set) var problems: [String] = []
    /// How many compensations were looked at.
    private(set) var compensations = 0
    private var lastDecision: (verb: String, step: String?)?
    /// The type of the event before.
    private var previous: String?
    /// Steps that were dispatched last as a withdrawal.
    private var withdrawing: Set<Int> = []
    /// Steps that have failed and of which no copy can succeed any more: withdrawn, failed for good, or by decision.
    private var closed: Set<Int> = []

    init(_ id: String) { self.id = id }

    /// Where the row of the saga has to stand.
    var status: String { ending ?? (isParked ? "parked" : goesBack ? "compensating" : "running") }

    mutating func follow(_ line: Line) {
        defer { previous = line.type }
        if let ending, line.type != "edda.reply.ignored" {
            complain(line, "\(line.type) comes after the saga had ended as \(ending)")
        }
        let index = line.step.flatMap { PlannedStep.index[$0] }
        switch (line.type, index) {
        case ("edda.saga.started", _): isStarted = true
        case ("edda.compensation.began", _): turnBack(line)
        case ("edda.saga.parked", _): isParked = true
        case ("edda.saga.resumed", _): isParked = false
        case ("edda.saga.completed", _): complete(line)
        case ("edda.saga.compensated", _): compensate(line)
        case ("edda.operator.acted", _):
            lastDecision = (line.verb ?? "", line.step)
            isParked = false
        case ("edda.step.dispatched", let index?): dispatch(line, index)
        case ("edda.step.succeeded", let index?): statuses[index] = .succeeded
        case ("edda.step.rejected", let index?): statuses[index] = .rejected
        case ("edda.step.failed", let index?): fail(line, index)
        case ("edda.step.withdrawal-sent", let index?):
            statuses[index] = .dispatched
            withdrawing.insert(index)
        case ("edda.step.withdrawn", let index?):
            if !withdrawing.contains(index) {
                complain(line, "\(name(index)) is called withdrawn, but no withdrawal of it was sent")
            }
            statuses[index] = .failed
            closed.insert(index)
        case ("edda.step.unknown", let index?):
            statuses[index] = .unknown
            wasUnknown.insert(PlannedStep.all[index].id)
        case ("edda.step.undo-dispatched", let index?): sendBack(line, index)
        case ("edda.step.undone", let index?): undone(line, index)
        case ("edda.step.skipped", let index?): skip(line, index)
        default: break
        }
    }

    private mutating func dispatch(_ line: Line, _ index: Int) {
        let open = PlannedStep.all.indices.first { $0 < index && ![.succeeded, .skipped].contains(statuses[$0]) }
        if let open {
            complain(line, "\(name(index)) was sent while \(name(open)) was \(statuses[open].rawValue)")
        }
        if goesBack { complain(line, "\(name(index)) was sent after the saga had turned back") }
        statuses[index] = .dispatched
        withdrawing.remove(index)
        closed.remove(index)
    }

    /// A failure says that one try had no effect; it ends a step only when no other copy can have one.
    private mutating func fail(_ line: Line, _ index: Int) {
        let isDecided =
            previous == "edda.operator.acted" && ["compensate", "retry"].contains(lastDecision?.verb)
            && lastDecision?.step == name(index) && statuses[index] == .unknown
        let isClosed = line.isFinal || isDecided
        if isClosed { closed.insert(index) }
        // Of a command that is being withdrawn the truth is still to come.
        if isClosed || !withdrawing.contains(index) { statuses[index] = .failed }
    }

    private mutating func turnBack(_ line: Line) {
        goesBack = true
        isParked = false
        for (index, step) in PlannedStep.all.enumerated() where step.isPivot && statuses[index] == .succeeded {
            complain(line, "the saga turned back after its pivot \(step.id) had succeeded")
        }
        for (index, step) in PlannedStep.all.enumerated() where step.isPivot {
            let isOut = [.never, .rejected].contains(statuses[index]) || closed.contains(index)
            guard !isOut, statuses[index] != .succeeded else { continue }
            complain(
                line,
                "the saga turned back while its pivot \(step.id) was \(statuses[index].rawValue) and not withdrawn"
            )
        }
    }

    private mutating func sendBack(_ line: Line, _ index: Int) {
        compensations += 1
        if !goesBack { complain(line, "the compensation of \(name(index)) was sent, but the saga had not turned back") }
        if ![.succeeded, .unknown, .undoing].contains(statuses[index]) {
            complain(line, "the compensation of \(name(index)) was sent, but that step was \(statuses[index].rawValue)")
        }
        let later = statuses.indices.last { $0 > index && [.succeeded, .unknown, .undoing].contains(statuses[$0]) }
        if let later {
            complain(line, "\(name(index)) was compensated before \(name(later)), which came after it")
        }
        statuses[index] = .undoing
    }

    private mutating func undone(_ line: Line, _ index: Int) {
        let isResolved = lastDecision?.verb == "resolve" && lastDecision?.step == name(index)
        if isResolved { decided.insert(name(index)) }
        if statuses[index] != .undoing, !isResolved {
            complain(line, "\(name(index)) is called undone, but its compensation was never sent")
        }
        isParked = false
        statuses[index] = .undone
    }

    private mutating func skip(_ line: Line, _ index: Int) {
        if lastDecision?.verb != "skip" || lastDecision?.step != name(index) {
            complain(line, "\(name(index)) was skipped, but no operator has decided so")
        }
        decided.insert(name(index))
        statuses[index] = .skipped
    }

    private mutating func complete(_ line: Line) {
        ending = "completed"
        if let open = statuses.firstIndex(where: { ![.succeeded, .skipped].contains($0) }) {
            complain(line, "the saga is called completed, but \(name(open)) was \(statuses[open].rawValue)")
        }
    }

    private mutating func compensate(_ line: Line) {
        ending = "compensated"
        if !goesBack { complain(line, "the saga is called compensated, but it had not turned back") }
        for index in statuses.indices where [.succeeded, .unknown, .undoing, .dispatched].contains(statuses[index]) {
            complain(line, "the saga is called compensated, but \(name(index)) was \(statuses[index].rawValue)")
        }
    }

    private func name(_ index: Int) -> String { PlannedStep.all[index].id }

    private mutating func complain(_ line: Line, _ problem: String) {
        problems.append("saga \(id), position \(line.position) of orders.db: \(problem)")
    }
}
