public import EddaCore

/// A step that is done in this process: an asynchronous function with the saga's services.
///
/// ``Saga/local(_:_:)`` makes it; its methods return a changed copy.
///
/// The function is called after the commit that reaches the step, and its result is one more transition. A process that
/// is killed in between calls it again when it is back, with the same key: hand the key to whatever is called, so that
/// it recognises the repetition. A `Rejection` that it throws refuses the step; every other error is a failure, and is
/// tried again by the step's ``retry(_:)``.
///
/// When several processes run a coordinator on one store, give them a lease, `lease` in the coordinator's
/// configuration; otherwise each of them does the step if it takes long.
///
/// So many calls are made side by side as the coordinator's configuration says in `localLimit`; further ones wait. A
/// call that takes longer than its timeout is cancelled, also one that undoes the step. Work that does not heed its
/// cancellation gives up its place among the many, but its own step is not called again before it has ended.
///
/// The time of a step begins when it is first called. What passes before that does not count: while it waits for other
/// calls, while no coordinator runs or one shuts down, and also when the process in which it waits is killed. So no
/// saga turns back for lack of time at a step that was never called. Nor does the time count that another try waits to
/// be made.
///
/// When a process is killed in which a call is under way, the time goes on: the call that takes its place has what is
/// left of it. It has the whole time once more when the coordinator had not yet noted that the first call had begun. It
/// notes that when it next looks at the saga, after a pause of `resend`: with the default, within a second for a call
/// that begins at once, within 30 for one that has waited long. Every other call is noted before it begins.
public struct LocalStep<State: Codable & Sendable, Reply: Codable & Sendable, Services: Sendable, Phase: StepPhaseTag>:
    PlanStatement
{
    typealias Work = @Sendable (State, String, Services) async throws -> Reply
    typealias WorkOfUndo = @Sendable (State, Reply?, String, Services) async throws -> Void

    let id: StepID
    let work: Work
    var merge: (@Sendable (inout State, Reply) -> Void)?
    var undo: PlannedUndo<State, Reply>?
    var undoWork: WorkOfUndo?
    var noCompensation: String?
    var timeout: Duration = .seconds(60)
    var retry: RetryPolicy = .exponential(attempts: 5)

    init(id: StepID, work: @escaping Work) {
        self.id = id
        self.work = work
    }

    /// What the result changes in the state.
    ///
    /// Several are applied in order.
    ///
    /// - Parameter merge: A pure function of state and result.
    public func merge(_ merge: @escaping @Sendable (_ state: inout State, _ reply: Reply) -> Void) -> Self {
        var step = self
        let first = self.merge
        step.merge = { state, reply in
            first?(&state, reply)
            merge(&state, reply)
        }
        return step
    }

    /// How often the step is tried again after it has thrown, and after which pauses; 5 times by default.
    ///
    /// After the pivot it is tried again without end, so only the pauses matter.
    public func retry(_ policy: RetryPolicy) -> Self {
        var step = self
        step.retry = policy
        return step
    }

    private func covered<Other: StepPhaseTag>(_ phase: Other.Type) -> LocalStep<State, Reply, Services, Other> {
        var step = LocalStep<State, Reply, Services, Other>(id: id, work: work)
        step.merge = merge
        step.timeout = timeout
        step.retry = retry
        return step
    }
}

extension LocalStep where Phase == StepPhase.Uncovered {
    /// The command that undoes the step; see ``PlanStep/compensate(_:)``.
    ///
    /// It is not sent before the call of the step has come back in this process, also when that takes no notice of its
    /// cancellation; a call that does not come back parks the saga after `undoPatience`. So nothing that the step does
    /// comes after what undoes it, as long as the call itself waits for what it causes outside.
    ///
    /// The step has sent no command, so no inbox knows of it: the participant's handler is also executed when the
    /// outcome of the step is unknown, and has to find out whether there is something to undo.
    public func compensate<Undo: Command>(
        _ undo: @escaping @Sendable (_ state: State, _ reply: Reply?) -> Undo
    ) -> LocalStep<State, Reply, Services, StepPhase.Compensatable> {
        var step = covered(StepPhase.Compensatable.self)
        step.undo = PlannedUndo(undo)
        return step
    }

    /// The function that undoes the step in this process.
    ///
    /// It is not called while the step itself is still being done in the same process. It is tried again like any
    /// compensation when it throws; a `Rejection` parks the saga.
    ///
    /// It is given the state as it is when the step's turn to be undone comes, not as it was when the step was done:
    /// take what the step has produced from its result.
    ///
    /// - Parameter undo: Gets the state, the step's result if there was one, an idempotency key of its own, and the
    ///   services.
    public func compensateLocally(
        _ undo:
            @escaping @Sendable (_ state: State, _ reply: Reply?, _ key: String, _ services: Services) async throws ->
            Void
    ) -> LocalStep<State, Reply, Services, StepPhase.Compensatable> {
        var step = covered(StepPhase.Compensatable.self)
        step.undoWork = undo
        return step
    }

    /// Says that the step need not be undone, and why; the history of a compensated saga shows the reason.
    public func noCompensation(reason: String) -> LocalStep<State, Reply, Services, StepPhase.Compensatable> {
        var step = covered(StepPhase.Compensatable.self)
        step.noCompensation = reason
        return step
    }

    /// Makes it a step after the pivot: it is tried again until it has succeeded.
    public func retriable() -> LocalStep<State, Reply, Services, StepPhase.Retriable> {
        covered(StepPhase.Retriable.self)
    }
}

extension LocalStep where Phase: PatientPhaseTag {
    /// How long after it was first called the step may be without a result; 60 seconds by default.
    ///
    /// Then the call is cancelled, its outcome is unknown, and the saga compensates, this step included. A call that
    /// undoes the step may take as long; then it is cancelled, too, and has failed.
    public func timeout(_ timeout: Duration) -> Self { patient(timeout) }
}

extension LocalStep where Phase == StepPhase.Retriable {
    /// How long each call may take; 60 seconds by default.
    ///
    /// Then it is cancelled, has failed, and is made again with the same key after a pause.
    public func timeout(_ timeout: Duration) -> Self { patient(timeout) }
}

extension LocalStep {
    private func patient(_ timeout: Duration) -> Self {
        var step = self
        step.timeout = timeout.checked(asTimeoutOf: id)
        return step
    }
}

extension LocalStep {
    /// The step, its types forgotten.
    public var node: PlanNode {
        let (id, work, merge, undo, undoWork) = (id, work, merge, undo, undoWork)
        var step = PlannedStep(
            id: id,
            word: .local,
            phase: Phase.phase,
            commandType: InternalCommand.local,
            undoType: undo?.type ?? (undoWork == nil ? nil : InternalCommand.local),
            noCompensation: noCompensation,
            timeout: Phase.phase == .retriable ? nil : timeout,
            retry: retry,
            prepare: { state, _, schema in
                let state = try StoredState.typed(state, as: State.self)
                return try PlannedStep.Prepared(undo: undo?.make(state, nil, schema))
            },
            settle: { erased, _, bytes, schema in
                let reply = try StoredState.reply(Reply.self, to: id, from: bytes, schema: schema)
                var state = try StoredState.typed(erased, as: State.self)
                merge?(&state, reply)
                if merge != nil { erased = state }
                return try PlannedStep.Settled(undo: undo?.make(state, reply, schema), hasChanged: merge != nil)
            },
            checkUndoReply: { bytes, schema in try undo?.check(bytes, of: id, schema) }
        )
        if Phase.phase == .retriable { step.retry.attempts = nil }
        step.callLimit = timeout
        step.perform = { state, _, call, services, schema in
            let state = try StoredState.typed(state, as: State.self)
            let services = try StoredState.typed(services, as: Services.self)
            return { try schema.encode(await work(state, call.key.text, services)) }
        }
        if let undoWork {
            step.performUndo = { state, _, call, services, schema in
                let state = try StoredState.typed(state, as: State.self)
                let services = try StoredState.typed(services, as: Services.self)
                let reply = try call.reply.map {
                    try StoredState.reply(Reply.self, to: id, from: $0.bytes, schema: schema)
                }
                return {
                    try await undoWork(state, reply, call.key.text, services)
                    return []
                }
            }
        }
        return PlanNode(.step(step))
    }
}
