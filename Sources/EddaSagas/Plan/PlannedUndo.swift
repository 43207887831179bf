internal import EddaCore

/// The command that undoes a step, its type forgotten.
struct PlannedUndo<State: Codable & Sendable, Reply: Codable & Sendable>: Sendable {
    let type: MessageType
    let destination: Address
    let make: @Sendable (State, Reply?, SchemaRegistry) throws -> OutgoingCommand
    private let decode: @Sendable ([UInt8], SchemaRegistry) throws -> Void

    init<Undo: Command>(_ undo: @escaping @Sendable (_ state: State, _ reply: Reply?) -> Undo) {
        type = Undo.commandType
        destination = Undo.destination
        make = { state, reply, schema in try OutgoingCommand(undo(state, reply), schema: schema) }
        decode = { bytes, schema in _ = try schema.codec.decode(Undo.Reply.self, from: bytes) }
    }

    /// Throws unless the bytes are a reply to the command.
    func check(_ bytes: [UInt8], of id: StepID, _ schema: SchemaRegistry) throws {
        do {
            try decode(bytes, schema)
        } catch {
            throw SagaError(
                .unreadableReply,
                "The reply to the compensation of step \(id) does not decode as the reply of \(type): "
                    + Misfit.description(of: error)
            )
        }
    }
}
