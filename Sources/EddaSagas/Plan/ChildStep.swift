public import EddaCore

/// Another saga as a step; ``Saga/child(_:_:id:_:)`` makes it.
///
/// The child is started in the commit that reaches the step, and its end moves its parent on in the commit that ends it. A
/// child that was compensated counts as refused. One that is parked is waited for. A parent that turns back while the child
/// runs cancels it, by the rules by which an operator would, and waits for its end.
///
/// Sagas start sagas at most 16 deep; a parent whose child would be deeper parks.
public struct ChildStep<State: Codable & Sendable, Child: Saga, Phase: StepPhaseTag>: PlanStatement {
    let id: StepID
    let childID: (@Sendable (State) -> String)?
    let start: @Sendable (State) -> Child.State
    var merge: (@Sendable (inout State, Child.State) -> Void)?
    var undo: PlannedUndo<State, Child.State>?
    var noCompensation: String?
    var timeout: Duration?

    init(
        id: StepID,
        childID: (@Sendable (State) -> String)?,
        start: @escaping @Sendable (State) -> Child.State
    ) {
        self.id = id
        self.childID = childID
        self.start = start
    }

    /// What the final state of the child changes in the state of its parent.
    ///
    /// - Parameter merge: A pure function of the two states.
    public func merge(_ merge: @escaping @Sendable (_ state: inout State, _ child: Child.State) -> Void) -> Self {
        var step = self
        let first = self.merge
        step.merge = { state, child in
            first?(&state, child)
            merge(&state, child)
        }
        return step
    }

    private func covered<Other: StepPhaseTag>(_ phase: Other.Type) -> ChildStep<State, Child, Other> {
        var step = ChildStep<State, Child, Other>(id: id, childID: childID, start: start)
        step.merge = merge
        step.timeout = timeout
        return step
    }
}

extension ChildStep where Phase == StepPhase.Uncovered {
    /// The command that undoes what a completed child has done; see ``PlanStep/compensate(_:)``.
    ///
    /// It is sent only when the child has ended as completed, so that all its steps have succeeded: copies of their commands that
    /// come after that are answered from the inboxes of their participants and have no further effect.
    ///
    /// - Parameter undo: A pure function of the state and the child's final state; without the latter when it does not
    ///   decode.
    public func compensate<Undo: Command>(
        _ undo: @escaping @Sendable (_ state: State, _ child: Child.State?) -> Undo
    ) -> ChildStep<State, Child, StepPhase.Compensatable> {
        var step = covered(StepPhase.Compensatable.self)
        step.undo = PlannedUndo(undo)
        return step
    }

    /// Says that a completed child need not be undone, and why; the history of a compensated saga shows the reason.
    public func noCompensation(reason: String) -> ChildStep<State, Child, StepPhase.Compensatable> {
        var step = covered(StepPhase.Compensatable.self)
        step.noCompensation = reason
        return step
    }

    /// Makes it a step after the pivot; a child that is compensated parks its parent there.
    public func retriable() -> ChildStep<State, Child, StepPhase.Retriable> {
        var step = covered(StepPhase.Retriable.self)
        step.timeout = nil
        return step
    }
}

extension ChildStep where Phase: PatientPhaseTag {
    /// How long the child may take; without end by default.
    ///
    /// Then its parent turns back: it cancels the child and waits for its end.
    public func timeout(_ timeout: Duration) -> Self {
        var step = self
        step.timeout = timeout.checked(asTimeoutOf: id)
        return step
    }
}

extension ChildStep {
    /// The step, its types forgotten.
    public var node: PlanNode {
        let (id, childID, start, merge, undo) = (id, childID, start, merge, undo)
        return PlanNode(
            .step(
                PlannedStep(
                    id: id,
                    word: .child,
                    phase: Phase.phase,
                    commandType: InternalCommand.child,
                    undoType: undo?.type,
                    noCompensation: noCompensation,
                    timeout: timeout,
                    prepare: { state, _, schema in
                        let state = try StoredState.typed(state, as: State.self)
                        return PlannedStep.Prepared(
                            command: OutgoingCommand(
                                type: InternalCommand.child,
                                destination: InternalCommand.address,
                                data: StoredBytes(try schema.encode(start(state)))
                            ),
                            undo: try undo?.make(state, nil, schema),
                            child: childID?(state)
                        )
                    },
                    settle: { erased, _, bytes, schema in
                        let reply = try StoredState.reply(Child.State.self, to: id, from: bytes, schema: schema)
                        var state = try StoredState.typed(erased, as: State.self)
                        merge?(&state, reply)
                        if merge != nil { erased = state }
                        return try PlannedStep.Settled(
                            undo: undo?.make(state, reply, schema),
                            hasChanged: merge != nil
                        )
                    },
                    checkUndoReply: { bytes, schema in try undo?.check(bytes, of: id, schema) },
                    child: Child.name
                )
            )
        )
    }
}
