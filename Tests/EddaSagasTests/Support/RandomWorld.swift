import EddaCore
import EddaSagas
import EddaTesting
import Testing

/// Participants with inboxes, a network that loses, repeats and reorders, and an operator who decides about what is true,
/// around the pure function.
///
/// The inbox follows the rules of a real one, written down a second time.
struct RandomWorld {
    private enum Noted { case done(CommandOutcome), tombstone }

    var bench: Bench
    private(set) var random: SeededGenerator
    /// How often each step had an effect, and how often that was taken back.
    private(set) var executed: [StepID: Int] = [:]
    private(set) var undone: [StepID: Int] = [:]
    /// The decisions that were taken and those that were refused, by verb.
    private(set) var decisions: [String: Int] = [:]
    private(set) var refusals = 0
    /// A step whose participant fails more often than not.
    var stubborn: StepID?
    private var seen = 0
    private var seenCalls = 0
    private var seenAbandoned = 0
    private var seenStarts = 0
    private var seenCancelled = 0
    private var commands: [SagaDispatch] = []
    /// What is to be done in the process of the saga, and its children that run.
    private var calls: [LocalCall] = []
    private var children: [SagaID: SagaKey] = [:]
    /// How the children have ended that have.
    private var endings: [SagaKey: CommandOutcome] = [:]
    /// The signals that may come, as text.
    private let signals: [StepID: String]
    private var replies: [SagaReply] = []
    private var inbox: [SagaKey: Noted] = [:]
    private var messages = 0

    init<S: Saga>(_ saga: S.Type, seed: UInt64) throws where S.State == OrderState {
        try self.init(Bench(saga), seed: seed)
    }

    init(_ bench: Bench, signals: [StepID: String] = [:], seed: UInt64) {
        self.bench = bench
        self.signals = signals
        self.bench.policies.undoRetry = .exponential(attempts: 2)
        self.bench.policies.undoPatience = .seconds(30)
        self.bench.policies.strugglingFailures = 3
        random = SeededGenerator(seed: seed)
    }

    /// Lets things happen until the saga has ended and nothing is on its way any more.
    mutating func play() throws -> Bool {
        for _ in 0..<2_000 {
            try collect()
            try #require(
                !isLeftAlone,
                "\(bench.instance.status), \(bench.instance.steps.map { "\($0.id) \($0.status)" })"
            )
            let isQuiet = commands.isEmpty && replies.isEmpty && calls.isEmpty
            if bench.instance.status.isEnded, isQuiet { return true }
            switch Int.random(in: 0..<22, using: &random) {
            case 0..<6: execute()
            case 6..<8: work()
            case 8..<15: try answer()
            case 15..<18: if isQuiet || random.next() % 4 == 0 { try bench.wake() }
            case 18: endChild()
            case 19: try signal()
            default: try decide()
            }
        }
        return false
    }

    private mutating func collect() throws {
        for dispatch in bench.sent[seen...] {
            switch Int.random(in: 0..<6, using: &random) {
            case 0: break
            case 1: commands += [dispatch, dispatch]
            default: commands.append(dispatch)
            }
        }
        seen = bench.sent.count
        for call in bench.calls[seenCalls...] where !calls.contains(where: { $0.key == call.key }) {
            // One in six is lost with the process.
            if Int.random(in: 0..<6, using: &random) > 0 { calls.append(call) }
        }
        seenCalls = bench.calls.count
        for key in bench.abandoned[seenAbandoned...] where Bool.random(using: &random) {
            calls.removeAll { $0.key == key }
        }
        seenAbandoned = bench.abandoned.count
        let (starts, cancelled) = (bench.children[seenStarts...], bench.cancelled[seenCancelled...])
        (seenStarts, seenCancelled) = (bench.children.count, bench.cancelled.count)
        for start in starts { try begin(start) }
        for child in cancelled {
            let parent = children[child]
            // What it has not started it does not turn back.
            try #require(parent != nil || endings.keys.contains { child.rawValue == $0.text })
            if let ended = endings.first(where: { child.rawValue == $0.key.text }) {
                tell(ended.key, ended.value)
            } else if Bool.random(using: &random) {
                end(child, hasDone: false)
            }
        }
    }

    /// A child begins, or has begun, or has ended, or its id is that of another saga.
    private mutating func begin(_ start: ChildStart) throws {
        if let outcome = endings[start.parent] { return tell(start.parent, outcome) }
        guard children[start.child] == nil else { return }
        try #require(!start.isAgain)
        if Int.random(in: 0..<8, using: &random) == 0 {
            try bench.give(.obstacle(SagaObstacle(step: start.parent.step, reason: "its id is that of another saga.")))
        } else {
            children[start.child] = start.parent
        }
    }

    private mutating func tell(_ parent: SagaKey, _ outcome: CommandOutcome) {
        messages += 1
        replies.append(SagaReply(key: parent, outcome: outcome, messageID: "m-\(messages)"))
    }

    /// Whether nothing will ever move the saga on.
    private var isLeftAlone: Bool {
        bench.isLeftAlone { step in
            children.values.contains { $0.step == step.id } || replies.contains { $0.key.step == step.id }
        }
    }

    /// Something is done in the process of the saga: once for each key, and a compensation not beside its step.
    private mutating func work() {
        guard var index = calls.indices.randomElement(using: &random) else { return }
        if calls[index].key.direction == .undo {
            let step = calls[index].key.step
            index = calls.firstIndex { $0.key.step == step && $0.key.direction == .forward } ?? index
        }
        let call = calls.remove(at: index)
        let outcome: CommandOutcome
        switch (inbox[call.key], Int.random(in: 0..<10, using: &random)) {
        case (.done(let earlier), _): outcome = earlier
        case (_, 0):
            outcome = Replies.refusal
            inbox[call.key] = .done(outcome)
        case (_, 1): outcome = Replies.passing
        default:
            let isUndo = call.key.direction == .undo
            let step = call.key.step
            if isUndo {
                if (executed[step] ?? 0) > (undone[step] ?? 0) { undone[step, default: 0] += 1 }
            } else {
                executed[step, default: 0] += 1
            }
            outcome = isUndo ? .succeeded([]) : Replies.everyWord(step)
            inbox[call.key] = .done(outcome)
        }
        // The process may be killed before it is written down.
        guard Int.random(in: 0..<6, using: &random) > 0 else { return }
        replies.append(SagaReply(key: call.key, outcome: outcome, messageID: "\(call.key.text)@\(call.number)"))
    }

    private mutating func endChild() {
        guard let child = children.keys.sorted().randomElement(using: &random) else { return }
        end(child, hasDone: Int.random(in: 0..<4, using: &random) > 0)
    }

    /// The end of a child is written down in the commit that makes it.
    private mutating func end(_ child: SagaID, hasDone: Bool) {
        guard let parent = children.removeValue(forKey: child) else { return }
        if hasDone { executed[parent.step, default: 0] += 1 }
        let outcome = hasDone ? Replies.everyWord(parent.step) : Replies.refusal
        endings[parent] = outcome
        // The first time its parent may not be able to read it.
        tell(
            parent,
            hasDone && Int.random(in: 0..<6, using: &random) == 0 ? .succeeded(Array("nonsense".utf8)) : outcome
        )
    }

    private mutating func signal() throws {
        guard let (step, text) = signals.sorted(by: { $0.key < $1.key }).randomElement(using: &random) else { return }
        try bench.signal(step, text, key: Bool.random(using: &random) ? "click" : nil)
    }

    private mutating func execute() {
        guard let index = commands.indices.randomElement(using: &random) else { return }
        let command = commands.remove(at: index)
        let outcome = deal(with: command)
        guard Int.random(in: 0..<6, using: &random) > 0 else { return }
        messages += 1
        let reply = SagaReply(key: command.key, outcome: outcome, messageID: "m-\(messages)")
        replies += Int.random(in: 0..<5, using: &random) == 0 ? [reply, reply] : [reply]
    }

    private mutating func deal(with command: SagaDispatch) -> CommandOutcome {
        switch (inbox[command.key], command.isWithdrawal) {
        case (.done(let outcome), _): return outcome
        case (.tombstone, false): return .rejected(Rejection("edda.cancelled"))
        case (_, true):
            inbox[command.key] = .tombstone
            return Replies.withdrawn
        case (nil, false): break
        }
        if let forward = command.compensates {
            switch inbox[forward] {
            case .done(.succeeded): break
            case nil:
                inbox[forward] = .tombstone
                fallthrough
            default:
                inbox[command.key] = .done(.succeeded([]))
                return .succeeded([])
            }
        }
        let isStubborn = command.key.step == stubborn && Int.random(in: 0..<10, using: &random) < 6
        switch isStubborn ? 1 : Int.random(in: 0..<10, using: &random) {
        case 0:
            inbox[command.key] = .done(Replies.refusal)
            return Replies.refusal
        case 1: return Replies.passing
        case 2:
            if command.compensates == nil { inbox[command.key] = .done(Replies.lasting) }
            return Replies.lasting
        default:
            let isUndo = command.key.direction == .undo
            let reply = isUndo ? CommandOutcome.succeeded([]) : Replies.everyWord(command.key.step)
            if isUndo { undone[command.key.step, default: 0] += 1 } else { executed[command.key.step, default: 0] += 1 }
            inbox[command.key] = .done(reply)
            return reply
        }
    }

    private mutating func answer() throws {
        guard let index = replies.indices.randomElement(using: &random) else { return }
        try bench.give(.reply(replies.remove(at: index)))
    }

    /// An operator says only what is true: at a step that had its effect, or whose compensation had.
    private mutating func decide() throws {
        guard bench.instance.status == .parked || Int.random(in: 0..<8, using: &random) == 0 else { return }
        let open = bench.instance.steps.filter { [.dispatched, .failed, .undoDispatched].contains($0.status) }
        let other = Int.random(in: 0..<3, using: &random) == 0 ? open.randomElement(using: &random)?.id : nil
        let step = other ?? bench.instance.currentStep ?? "capture"
        let name = Standing.verbs.randomElement(using: &random) ?? "retry"
        let status = bench.status(step)
        let isBack = bench.instance.goesBack
        let takesEffect = isBack ? (undone[step] ?? 0) > 0 : (executed[step] ?? 0) > 0
        // Whoever finds out about a pivot finds out about copies that are still on their way, too.
        let isOpen = commands.contains { $0.key.step == step }
        let isWait = ["approval", "cool-off", "breathe"].contains(step)
        if name == "resolve", !takesEffect && !isWait || status == .undone { return }
        if name == "compensate", status == .unknown, takesEffect || isOpen { return }
        if name == "skip", !isBack, takesEffect { return }
        let before = bench.instance
        do {
            try bench.request(
                Standing.verb(name, at: isBack ? nil : step, Replies.everyWord),
                at: other != nil || Bool.random(using: &random) ? step : nil
            )
            decisions[name, default: 0] += before == bench.instance ? 0 : 1
        } catch {
            refusals += 1
            if bench.instance != before { throw error }
        }
    }
}
