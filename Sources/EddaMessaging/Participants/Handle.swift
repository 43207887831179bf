public import EddaCore

/// How a participant executes one kind of command.
///
/// The body is synchronous and runs inside the transaction that also records the command as done and puts the reply
/// into the outbox. It may be run again when its commit has to be repeated, so it changes nothing outside the
/// transaction. It throws ``EddaCore/Rejection`` to refuse; any other error means that the command may be tried again.
/// Either way nothing that the body wrote remains.
public struct Handle<C: Command>: Sendable {
    let body: @Sendable (C, HandlerContext) throws -> C.Reply

    // A closure without a `return` fits both initialisers; then the one without a reply is meant.
    /// A handler.
    @_disfavoredOverload
    public init(_ type: C.Type, _ body: @escaping @Sendable (_ command: C, _ context: HandlerContext) throws -> C.Reply)
    {
        self.body = body
    }
}

extension Handle where C.Reply == NoReply {
    /// A handler of a command that has nothing to answer but that it is done.
    public init(_ type: C.Type, _ body: @escaping @Sendable (_ command: C, _ context: HandlerContext) throws -> Void) {
        self.body = { command, context in
            try body(command, context)
            return NoReply()
        }
    }
}
