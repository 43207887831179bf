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
/// is answered with the stored reply and has no further effect. What calls the outside is a ``Perform`` rather than a
/// ``Handle``.
public struct Participant: Sendable {
    /// Its address, under which its inbox is kept too.
    public let name: Address
    let handlers: [MessageType: Entry]
    let calls: Int

    /// A participant.
    ///
    /// Two handlers for the same command type are a programming error and trap.
    ///
    /// - Parameters:
    ///   - name: Its address.
    ///   - calls: The most calls to the outside that are under way together, from 1. Further commands that need one wait.
    ///   - handlers: How it executes each kind of command.
    public init(_ name: Address, calls: Int = 16, @Builder _ handlers: () -> [Entry]) {
        precondition(calls > 0, "The participant \(name) allows no call at a time.")
        self.name = name
        self.calls = calls
        self.handlers = Dictionary(handlers().map { ($0.type, $0) }) { first, _ in
            preconditionFailure("The participant \(name) has two handlers for the command \(first.type). Keep one.")
        }
    }

    /// The types of the commands that it executes.
    public var commandTypes: Set<MessageType> { Set(handlers.keys) }

    /// One handler, its command type forgotten by the compiler.
    public struct Entry: Sendable {
        /// Writes what there is to write; the encoded reply comes out.
        typealias Execute = @Sendable (HandlerContext) throws -> [UInt8]
        /// Calls the outside under a key; what commits the result comes out.
        typealias Call = @Sendable (_ key: String) async throws -> Execute

        /// What executes a command.
        enum Work: Sendable {
            case handle(Execute)
            case perform(timeout: Duration, Call)
        }

        let type: MessageType
        /// Decodes a command and returns what executes it.
        let prepare: @Sendable (_ data: [UInt8], _ schema: SchemaRegistry) throws -> Work
    }

    /// Collects handlers.
    @resultBuilder
    public enum Builder {
        /// Takes a handler.
        public static func buildExpression<C: Command>(_ handle: Handle<C>) -> Entry {
            Entry(type: C.commandType) { data, schema in
                let command = try schema.codec.decode(C.self, from: data)
                return .handle { context in try schema.encode(handle.body(command, context)) }
            }
        }

        /// Takes a handler that calls the outside.
        public static func buildExpression<C: Command, Result: Sendable>(_ perform: Perform<C, Result>) -> Entry {
            Entry(type: C.commandType) { data, schema in
                let command = try schema.codec.decode(C.self, from: data)
                return .perform(timeout: perform.timeout) { key in
                    let result = try await perform.call(command, key)
                    return { context in try schema.encode(perform.commit(command, result, context)) }
                }
            }
        }

        /// Joins handlers.
        public static func buildBlock(_ entries: Entry...) -> [Entry] { entries }
    }
}
