import EddaCore
import EddaSagas
import EddaTesting

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
    private var seen = 0
    private var commands: [SagaDispatch] = []
    private var replies: [SagaReply] = []
    private var inbox: [SagaKey: Noted] = [:]
    private var messages = 0

    init<S: Saga>(_ saga: S.Type, seed: UInt64) throws where S.State == OrderState {
        bench = try Bench(saga)
        bench.policies.undoRetry = .exponential(attempts: 2)
        bench.policies.undoPatience = .seconds(30)
        random = SeededGenerator(seed: seed)
    }

    /// Lets things happen until the saga has ended and nothing is on its way any more.
    mutating func play() throws -> Bool {
        for _ in 0..<2_000 {
            collect()
            if bench.instance.status.isEnded, commands.isEmpty, replies.isEmpty { return true }
            switch Int.random(in: 0..<20, using: &random) {
            case 0..<8: execute()
            case 8..<15: try answer()
            case 15..<18: if commands.isEmpty && replies.isEmpty || random.next() % 4 == 0 { try bench.wake() }
            default: try decide()
            }
        }
        return false
    }

    private mutating func collect() {
        for dispatch in bench.sent[seen...] {
            switch Int.random(in: 0..<6, using: &random) {
            case 0: break
            case 1: commands += [dispatch, dispatch]
            default: commands.append(dispatch)
            }
        }
        seen = bench.sent.count
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
        switch inbox[command.key] {
        case .done(let outcome): return outcome
        case .tombstone: return .rejected(Rejection("edda.cancelled"))
        case nil: break
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
        switch Int.random(in: 0..<10, using: &random) {
        case 0:
            inbox[command.key] = .done(Replies.refusal)
            return Replies.refusal
        case 1: return Replies.passing
        case 2:
            if command.compensates == nil { inbox[command.key] = .done(Replies.lasting) }
            return Replies.lasting
        default:
            let isUndo = command.key.direction == .undo
            let reply = isUndo ? CommandOutcome.succeeded([]) : Replies.success(command.key.step)
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
        let step = bench.instance.currentStep ?? "capture"
        let name = Standing.verbs.randomElement(using: &random) ?? "retry"
        let status = bench.status(step)
        let isBack = bench.instance.goesBack
        let takesEffect = isBack ? (undone[step] ?? 0) > 0 : (executed[step] ?? 0) > 0
        // Whoever finds out about a pivot finds out about copies that are still on their way, too.
        let isOpen = commands.contains { $0.key.step == step }
        if name == "resolve", !takesEffect || status == .undone { return }
        if name == "compensate", status == .unknown, takesEffect || isOpen { return }
        if name == "skip", !isBack, takesEffect { return }
        let before = bench.instance
        do {
            try bench.request(
                Standing.verb(name, at: isBack ? nil : step),
                at: Bool.random(using: &random) ? step : nil
            )
            decisions[name, default: 0] += before == bench.instance ? 0 : 1
        } catch {
            refusals += 1
            if bench.instance != before { throw error }
        }
    }
}
