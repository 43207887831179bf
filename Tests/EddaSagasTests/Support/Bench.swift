import EddaCore
import EddaSagas

/// Runs the transition function by itself: no store, no tasks, and a clock that the test holds.
struct Bench {
    /// Many more moves than any saga needs; a test that waits for something that does not come fails at it.
    private static let limit = 50_000
    private var moves = 0

    let program: SagaProgram
    var policies = SagaPolicies()
    var now = Moment(boot: "boot-1", uptime: 1_000_000_000, wall: Timestamp(microseconds: 1_767_225_600_000_000))
    private(set) var instance: SagaInstance
    /// Every command that has left, oldest first.
    private(set) var sent: [SagaDispatch] = []
    /// The history.
    private(set) var history: [any HistoryEvent] = []
    /// The timer as the effects have set it.
    private(set) var timer: Moment?
    private(set) var endings = 0
    /// How many inputs it was given.
    private(set) var inputs = 0
    /// What was to be done in this process, and what was not any more.
    private(set) var calls: [LocalCall] = []
    private(set) var abandoned: [SagaKey] = []
    /// The sagas that were to be started, and those that were to turn back.
    private(set) var children: [ChildStart] = []
    private(set) var cancelled: [SagaID] = []
    private(set) var cancelledFor: [StepID] = []
    private var replies = 0
    /// Where calls stand in the process of the saga.
    var standing: @Sendable (SagaKey) -> LocalStanding? = { _ in nil }
    /// Whether another process does what is to be done in a process.
    var isUnattended = false

    init<S: Saga>(_ saga: S.Type, id: SagaID = "order-1", schema: SchemaRegistry = .init()) throws
    where S.State == OrderState {
        try self.init(saga, id: id, state: OrderState(order: "1"), schema: schema)
    }

    init<S: Saga>(
        _ saga: S.Type,
        id: SagaID = "order-1",
        state: S.State,
        services: S.Services? = nil,
        schema: SchemaRegistry = .init()
    ) throws {
        program = try SagaProgram.compile(saga, services: services, schema: schema)
        let state = try schema.encode(state)
        instance = SagaInstance(id: id, state: state, correlationID: nil, program: program, now: now)
        try give(.started)
    }

    private mutating func countMove() throws {
        moves += 1
        guard moves <= Self.limit else {
            throw Standstill("After \(Self.limit) moves the saga is \(instance.status), and the test waits for more.")
        }
    }

    mutating func give(_ input: SagaInput, refusal: String? = nil) throws {
        try countMove()
        inputs += 1
        let effects = try instance.apply(
            input,
            at: now,
            program: program,
            policies: policies,
            refusal: refusal,
            isUnattended: isUnattended,
            standing: standing
        )
        for effect in effects {
            switch effect {
            case .send(let dispatch): sent.append(dispatch)
            case .record(let event): if let event = event as? any HistoryEvent { history.append(event) }
            case .wake(let moment): timer = moment
            case .cancelWake: timer = nil
            case .ended: endings += 1
            case .perform(let call): calls.append(call)
            case .abandon(let key): abandoned.append(key)
            case .startChild(let start): children.append(start)
            case .cancelChild(let child, let key, _):
                cancelled.append(child)
                cancelledFor.append(key.step)
            }
        }
    }

    /// Gives a reply with an id of its own, or with one that is given.
    mutating func reply(
        _ step: StepID,
        _ outcome: CommandOutcome,
        undo: Bool = false,
        messageID: String? = nil
    ) throws {
        replies += 1
        let key = SagaKey(saga: instance.id, step: step, direction: undo ? .undo : .forward)
        try give(.reply(SagaReply(key: key, outcome: outcome, messageID: messageID ?? "reply-\(replies)")))
    }

    mutating func request(
        _ verb: OperatorRequest.Verb,
        by operator: String = "ada",
        because reason: String? = "the bank is back",
        at step: StepID? = nil
    ) throws {
        try give(.request(OperatorRequest(verb, by: `operator`, because: reason, step: step)))
    }

    /// Answers the command or the compensation that left last.
    mutating func answer(_ outcome: CommandOutcome? = nil) throws {
        try countMove()
        guard let key = sent.last?.key else { return }
        let usual = key.direction == .undo ? CommandOutcome.succeeded(Array("{}".utf8)) : Replies.success(key.step)
        replies += 1
        try give(.reply(SagaReply(key: key, outcome: outcome ?? usual, messageID: "reply-\(replies)")))
    }

    mutating func succeed(_ steps: StepID...) throws {
        for step in steps { try reply(step, Replies.success(step)) }
    }

    /// Lets time pass until the timer is due, and wakes the saga.
    mutating func wake() throws {
        try countMove()
        guard let timer else { return }
        let pause = timer.remaining(from: now)
        if pause > .zero { now = now.advanced(by: pause) }
        try give(.wake)
    }

    mutating func pass(_ duration: Duration) { now = now.advanced(by: duration) }

    /// Gives a signal, as text.
    mutating func signal(_ step: StepID, _ text: String, key: String? = nil) throws {
        try give(.signal(SagaSignal(step: step, data: Array(text.utf8), key: key)))
    }

    /// The state as the saga keeps it.
    func state<State: Decodable>(_ type: State.Type) throws -> State {
        try JSONCodec().decode(type, from: instance.state.bytes)
    }

    func status(_ step: StepID) -> StepStatus? { instance.steps.first { $0.id == step }?.status }

    /// Whether nothing will ever move the saga on, although it is neither parked nor at its end.
    ///
    /// - Parameter runs: Whether the child of a step is still to end.
    func isLeftAlone(_ runs: (StepRecord) -> Bool) -> Bool {
        guard timer == nil, instance.status == .running || instance.status == .compensating else { return false }
        return !instance.steps.contains { step in
            guard step.status == .dispatched else { return false }
            let isEndlessWait = step.forward.command == nil && step.forward.due == nil && step.forward.deadline == nil
            return step.child == nil ? isEndlessWait : runs(step)
        }
    }

    func record(_ step: StepID) -> StepRecord? { instance.steps.first { $0.id == step } }

    /// The kinds of events in the history, without `edda.`.
    var happenings: [String] { history.map { String(type(of: $0).eventType.rawValue.dropFirst(5)) } }

    /// The steps whose compensations were begun, also in this process, each once, in order.
    var undos: [StepID] {
        history.compactMap { $0 as? StepUndoDispatched }.map(\.step)
            .reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }

    /// The steps whose compensations left, each once, in order.
    var undone: [StepID] {
        var steps: [StepID] = []
        for dispatch in sent where dispatch.key.direction == .undo && !steps.contains(dispatch.key.step) {
            steps.append(dispatch.key.step)
        }
        return steps
    }
}
