internal import EddaCore

extension PlanStep {
    /// The step, its types forgotten.
    public var node: PlanNode { PlanNode(.step(planned())) }

    private func planned() -> PlannedStep {
        let (id, command, merge, undo) = (id, command, merge, undo)
        var retry = retry
        if Phase.phase == .retriable { retry.attempts = nil }
        return PlannedStep(
            id: id,
            word: .command,
            phase: Phase.phase,
            commandType: C.commandType,
            undoType: undo?.type,
            undoElsewhere: undo.flatMap { $0.destination == C.destination ? nil : $0.destination },
            noCompensation: noCompensation,
            timeout: Phase.phase == .retriable ? nil : timeout,
            retry: retry,
            prepare: { state, _, schema in
                let state = try StoredState.typed(state, as: State.self)
                return try PlannedStep.Prepared(
                    command: OutgoingCommand(command(state), schema: schema),
                    undo: undo?.make(state, nil, schema)
                )
            },
            settle: { erased, _, bytes, schema in
                let reply = try StoredState.reply(C.Reply.self, to: id, from: bytes, schema: schema)
                var state = try StoredState.typed(erased, as: State.self)
                merge?(&state, reply)
                if merge != nil { erased = state }
                return try PlannedStep.Settled(undo: undo?.make(state, reply, schema), hasChanged: merge != nil)
            },
            checkUndoReply: { bytes, schema in try undo?.check(bytes, of: id, schema) }
        )
    }
}
