public import EddaCore

/// One step of a plan: the command it sends, what its reply changes, and how patient it is.
///
/// ``Saga/call(_:_:)``, ``Saga/pivot(_:_:)`` and ``Saga/retriable(_:_:)`` make it; its methods return a changed copy.
public struct PlanStep<State: Codable & Sendable, C: Command, Phase: StepPhaseTag>: PlanStatement {
    typealias Merge = @Sendable (inout State, C.Reply) -> Void

    let id: StepID
    let command: @Sendable (State) -> C
    var merge: Merge?
    var undo: PlannedUndo<State, C.Reply>?
    var noCompensation: String?
    var timeout: Duration = .seconds(60)
    var retry: RetryPolicy = .exponential(attempts: 5)

    init(id: StepID, command: @escaping @Sendable (State) -> C) {
        self.id = id
        self.command = command
    }

    /// What a reply changes in the state.
    ///
    /// Several are applied in order.
    ///
    /// - Parameter merge: A pure function of state and reply.
    public func merge(_ merge: @escaping @Sendable (_ state: inout State, _ reply: C.Reply) -> Void) -> Self {
        var step = self
        if let first = self.merge {
            step.merge = { state, reply in
                first(&state, reply)
                merge(&state, reply)
            }
        } else {
            step.merge = merge
        }
        return step
    }

    /// How often the step is tried again after the participant has *failed*, and after which pauses; 5 times by
    /// default.
    ///
    /// A compensatable step that has failed so often counts as one of unknown outcome, since a duplicate of its command may
    /// still come: it is compensated like one that has succeeded, without its reply.
    ///
    /// The command of a pivot that has failed so often is withdrawn, and then the saga turns back: the participant executes no
    /// copy of it any more.
    ///
    /// Silence is not failure: a command without a reply is re-sent without counting. A retriable step is tried again
    /// without end, so of its policy only the pauses matter.
    public func retry(_ policy: RetryPolicy) -> Self {
        var step = self
        step.retry = policy
        return step
    }

    func covered() -> PlanStep<State, C, StepPhase.Compensatable> {
        var step = PlanStep<State, C, StepPhase.Compensatable>(id: id, command: command)
        step.merge = merge
        step.timeout = timeout
        step.retry = retry
        return step
    }

    private func patient(_ timeout: Duration) -> Self {
        var step = self
        step.timeout = timeout.checked(asTimeoutOf: id)
        return step
    }
}

extension PlanStep where Phase == StepPhase.Uncovered {
    /// The command that undoes the step.
    ///
    /// What the participant answers to it does not change the state.
    ///
    /// It is recorded together with the forward command, with `nil` for the reply, and again with the reply when
    /// there is one: a step whose reply never came is undone with `nil`.
    ///
    /// It goes to the step's own destination; another one is refused when the plan is registered. Only there a compensation
    /// that overtakes its step leaves a tombstone in the inbox, which keeps the step's command out when it comes; one whose
    /// step is under way waits for it; and one whose step had no effect succeeds without being executed. Where something
    /// has to be undone elsewhere too, the participant's handler sends the command for that.
    ///
    /// - Parameter undo: A pure function of the state and the step's reply.
    public func compensate<Undo: Command>(
        _ undo: @escaping @Sendable (_ state: State, _ reply: C.Reply?) -> Undo
    ) -> PlanStep<State, C, StepPhase.Compensatable> {
        var step = covered()
        step.undo = PlannedUndo(undo)
        return step
    }

    /// Says that the step need not be undone, and why; the history of a compensated saga shows the reason.
    public func noCompensation(reason: String) -> PlanStep<State, C, StepPhase.Compensatable> {
        var step = covered()
        step.noCompensation = reason
        return step
    }

    /// How long after its first sending the step may be without an answer; 60 seconds by default.
    ///
    /// Then its outcome is unknown, and the saga compensates, this step included.
    public func timeout(_ timeout: Duration) -> Self { patient(timeout) }
}

extension PlanStep where Phase == StepPhase.Compensatable {
    /// How long after its first sending the step may be without an answer; 60 seconds by default.
    ///
    /// Then its outcome is unknown, and the saga compensates, this step included.
    public func timeout(_ timeout: Duration) -> Self { patient(timeout) }
}

extension PlanStep where Phase == StepPhase.Pivot {
    /// How long after its first sending the pivot may be without an answer; 60 seconds by default.
    ///
    /// Then its outcome is unknown: it is asked once more for as long, then the saga parks.
    public func timeout(_ timeout: Duration) -> Self { patient(timeout) }
}

extension PlanStep where Phase == StepPhase.Retriable {
    /// Not for retriable steps.
    @available(
        *,
        unavailable,
        message:
            "A retriable step has no timeout: after the pivot a saga only goes forward, so it is sent until it succeeds."
    )
    public func timeout(_ timeout: Duration) -> Self { patient(timeout) }
}

extension PlanStep where Phase: UncompensatedPhaseTag {
    /// Only for steps before the pivot.
    @available(
        *,
        unavailable,
        message: "Only a step before the pivot is compensated: make it a call, or leave out the compensation."
    )
    public func compensate<Undo: Command>(
        _ undo: @escaping @Sendable (_ state: State, _ reply: C.Reply?) -> Undo
    ) -> PlanStep<State, C, StepPhase.Compensatable> {
        covered()
    }
}
