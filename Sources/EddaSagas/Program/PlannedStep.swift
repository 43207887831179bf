internal import EddaCore

/// A step whose types the compiler has forgotten, so that steps of all kinds fit into one list.
struct PlannedStep: Sendable {
    /// A state, its type forgotten.
    typealias AnyState = any Sendable
    /// The encoded elements of the loops around a step, the outermost first.
    typealias Elements = ArraySlice<StoredBytes>
    typealias Prepare = @Sendable (AnyState, Elements, SchemaRegistry) throws -> Prepared
    typealias Settle = @Sendable (inout AnyState, Elements, _ reply: [UInt8], SchemaRegistry) throws -> Settled
    typealias Change = @Sendable (inout AnyState, Elements, SchemaRegistry) throws -> Void
    /// What a step does in this process; it returns the encoded result.
    typealias Work = @Sendable () async throws -> [UInt8]
    /// Makes the work of a call; whatever it throws is thrown before anything is done.
    typealias Perform =
        @Sendable (AnyState, Elements, LocalCall, _ services: any Sendable, SchemaRegistry) throws -> Work

    /// What leaves when the step is dispatched, and what would undo it if its reply never came.
    struct Prepared {
        var command: OutgoingCommand?
        var undo: OutgoingCommand?
        /// How long a `sleep` lasts.
        var pause: Duration?
        /// The id that a child is to have; `nil` means one of the step's own making.
        var child: String?
    }

    /// What would undo the step now, and whether its reply has changed the state.
    struct Settled {
        var undo: OutgoingCommand?
        var hasChanged: Bool
    }

    let id: StepID
    let word: PlanWord
    var phase: StepPhase
    /// Whether it may stand on both sides of the pivot.
    var isAnywhere = false
    let commandType: MessageType
    var undoType: MessageType?
    /// Where its compensation goes, when that is not where its own command goes.
    var undoElsewhere: Address?
    var noCompensation: String?
    var timeout: Duration?
    var retry: RetryPolicy = .never
    var prepare: Prepare
    /// What a reply changes; it throws when the reply does not decode.
    var settle: Settle
    /// Throws unless the bytes decode as the reply of the step's compensation.
    var checkUndoReply: @Sendable (_ reply: [UInt8], SchemaRegistry) throws -> Void = { _, _ in }
    /// Of a wait for a signal: throws unless the bytes decode as one.
    var checkSignal: (@Sendable (_ signal: [UInt8], SchemaRegistry) throws -> Void)?
    /// What the step does in this process.
    var perform: Perform?
    /// What undoes it in this process.
    var performUndo: Perform?
    /// How long a call in this process may take.
    var callLimit: Duration = .seconds(60)
    /// What the end of its time changes, for a wait that then goes on.
    var timedOut: Change?
    /// The kind of saga that it starts.
    var child: SagaName?
    /// The loops around it, the outermost first.
    var loops: [StepID] = []

    /// What is done in this process in one direction; `nil` where a command is sent, or nothing is done.
    func perform(_ direction: Direction) -> Perform? { direction == .forward ? perform : performUndo }
}

/// The types of commands that never leave the process, as a history shows them.
enum InternalCommand {
    static let address: Address = "edda.local"
    static let local: MessageType = "edda.local"
    static let sleep: MessageType = "edda.sleep"
    static let signal: MessageType = "edda.await-signal"
    static let child: MessageType = "edda.child"
}

/// Reads the stored state of a saga, and gives it its type back.
enum StoredState {
    static func decode<State: Decodable>(
        _ type: State.Type,
        from bytes: [UInt8],
        schema: SchemaRegistry
    ) throws(SagaError) -> State {
        do {
            return try schema.codec.decode(type, from: bytes)
        } catch {
            throw SagaError(
                .unreadableState,
                "The saga's state does not decode as \(type): \(Misfit.description(of: error))"
            )
        }
    }

    static func typed<State>(_ state: any Sendable, as type: State.Type = State.self) throws(SagaError) -> State {
        guard let state = state as? State else {
            throw SagaError(.unreadableState, "The saga's state is a \(Swift.type(of: state)), not a \(type).")
        }
        return state
    }

    /// Decodes a reply to a step, or says by name that it does not.
    static func reply<Reply: Decodable>(
        _ type: Reply.Type,
        to id: StepID,
        from bytes: [UInt8],
        schema: SchemaRegistry
    ) throws(SagaError) -> Reply {
        do {
            return try schema.codec.decode(type, from: bytes)
        } catch {
            throw SagaError(
                .unreadableReply,
                "The reply to step \(id) does not decode as \(type): \(Misfit.description(of: error))"
            )
        }
    }
}

/// Says what is stored otherwise than the program has it.
enum Misfit {
    static func description(of error: any Error) -> String {
        guard let error = error as? DecodingError else { return "\(error)" }
        switch error {
        case .keyNotFound(let key, let context):
            return "the key \"\(key.stringValue)\" is missing\(place(context))"
        case .valueNotFound(let type, let context):
            return "there is no value where a \(type) is expected\(place(context))"
        case .typeMismatch(let type, let context):
            return "there is something else than a \(type)\(place(context)): \(context.debugDescription)"
        case .dataCorrupted(let context):
            return "\(context.debugDescription)\(place(context))"
        @unknown default:
            return "\(error)"
        }
    }

    private static func place(_ context: DecodingError.Context) -> String {
        guard !context.codingPath.isEmpty else { return "" }
        return " at \(context.codingPath.map(\.stringValue).joined(separator: "."))"
    }
}
