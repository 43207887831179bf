internal import EddaCore

/// A step whose types the compiler has forgotten, so that steps of all commands fit into one list.
public struct PlannedStep: Sendable {
    typealias Prepare = @Sendable (_ state: [UInt8], SchemaRegistry) throws -> Prepared
    typealias Settle = @Sendable (_ state: [UInt8], _ reply: [UInt8], SchemaRegistry) throws -> Settled

    /// What leaves when the step is dispatched, and what would undo it if its reply never came.
    struct Prepared {
        let command: OutgoingCommand
        let undo: OutgoingCommand?
    }

    /// The state after the reply, and what would undo the step now.
    struct Settled {
        let state: [UInt8]
        let undo: OutgoingCommand?
    }

    let id: StepID
    let phase: StepPhase
    let commandType: MessageType
    let undoType: MessageType?
    let noCompensation: String?
    let timeout: Duration?
    let retry: RetryPolicy
    let prepare: Prepare
    let settle: Settle
    /// Throws unless the bytes decode as the reply of the step's compensation.
    let checkUndoReply: @Sendable (_ reply: [UInt8], SchemaRegistry) throws -> Void
}

extension PlanStep {
    func planned() -> PlannedStep {
        let (id, command, merge, undo) = (id, command, merge, undo)
        var retry = retry
        if Phase.phase == .retriable { retry.attempts = nil }
        return PlannedStep(
            id: id,
            phase: Phase.phase,
            commandType: C.commandType,
            undoType: undo?.type,
            noCompensation: noCompensation,
            timeout: Phase.phase == .retriable ? nil : timeout,
            retry: retry,
            prepare: { bytes, schema in
                let state = try StoredState.decode(State.self, from: bytes, schema: schema)
                return try PlannedStep.Prepared(
                    command: OutgoingCommand(command(state), schema: schema),
                    undo: undo?.make(state, nil, schema)
                )
            },
            settle: { bytes, replyBytes, schema in
                var state = try StoredState.decode(State.self, from: bytes, schema: schema)
                let reply: C.Reply
                do {
                    reply = try schema.codec.decode(C.Reply.self, from: replyBytes)
                } catch {
                    throw SagaError(
                        .unreadableReply,
                        "The reply to step \(id) does not decode as \(C.Reply.self): \(error)"
                    )
                }
                merge?(&state, reply)
                return try PlannedStep.Settled(
                    state: merge == nil ? bytes : schema.encode(state),
                    undo: undo?.make(state, reply, schema)
                )
            },
            checkUndoReply: { bytes, schema in
                guard let undo else { return }
                do {
                    try undo.checkReply(bytes, schema)
                } catch {
                    throw SagaError(
                        .unreadableReply,
                        "The reply to the compensation of step \(id) does not decode as the reply of \(undo.type): \(error)"
                    )
                }
            }
        )
    }
}

/// Reads the stored state of a saga.
enum StoredState {
    static func decode<State: Decodable>(
        _ type: State.Type,
        from bytes: [UInt8],
        schema: SchemaRegistry
    ) throws(SagaError) -> State {
        do {
            return try schema.codec.decode(type, from: bytes)
        } catch {
            throw SagaError(.unreadableState, "The saga's state does not decode as \(type): \(error)")
        }
    }
}
