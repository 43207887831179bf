public import EddaCore

/// Executes commands that arrive at an address, and answers them.
///
/// ```swift
/// let inventory = Participant("inventory") {
///     Handle(ReserveStock.self) { command, context in
///         try context.update(Shelf.self, id: command.sku) { try $0.reserve(command.quantity) }
///         return ReserveStock.Reply(reservation: command.order)
///     }
/// }
/// ```
///
/// What a handler does, the note that the command is done, and the reply are one commit. A command that arrives again
/// is answered with the stored reply and has no further effect.
public struct Participant: Sendable {
    /// Its address, under which its inbox is kept too.
    public let name: Address
    let handlers: [MessageType: Entry]

    /// A participant.
    ///
    /// Two handlers for the same command type are a programming error and trap.
    public init(_ name: Address, @Builder _ handlers: () -> [Entry]) {
        self.name = name
        self.handlers = Dictionary(handlers().map { ($0.type, $0) }) { first, _ in
            preconditionFailure("The participant \(name) has two handlers for the command \(first.type). Keep one.")
        }
    }

    /// The types of the commands that it executes.
    public var commandTypes: Set<MessageType> { Set(handlers.keys) }

    /// One handler, its command type forgotten by the compiler.
    public struct Entry: Sendable {
        typealias Execute = @Sendable (HandlerContext) throws -> [UInt8]

        let type: MessageType
        /// Decodes a command and returns what executes it; the encoded reply comes out.
        let prepare: @Sendable (_ data: [UInt8], _ schema: SchemaRegistry) throws -> Execute
    }

    /// Collects handlers.
    @resultBuilder
    public enum Builder {
        /// Takes a handler.
        public static func buildExpression<C: Command>(_ handle: Handle<C>) -> Entry {
            Entry(type: C.commandType) { data, schema in
                let command = try schema.codec.decode(C.self, from: data)
                return { context in try schema.encode(handle.body(command, context)) }
            }
        }

        /// Joins handlers.
        public static func buildBlock(_ entries: Entry...) -> [Entry] { entries }
    }
}
