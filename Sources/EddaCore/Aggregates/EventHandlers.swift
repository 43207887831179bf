/// How events change the state of an aggregate or of another decision model.
///
/// Events of other types are passed over.
public struct EventHandlers<State: DecisionModel>: Sendable {
    private let handlers: [EventType: EventHandler]
    /// The same if they are few: to compare some names costs less than to hash one.
    private let few: [EventHandler]
    /// The kinds of events that have a handler.
    package let events: [any Event.Type]

    /// Handlers, one for each kind of event.
    ///
    /// A handler also gets the events that were stored under an alias of their kind. Two handlers for the same event
    /// type are a programming error and trap.
    public init(@Builder _ build: () -> [Entry]) {
        let entries = build()
        events = entries.map(\.event)
        let all = entries.flatMap { entry in
            entry.event.wireNames.map { ($0, EventHandler(type: $0, apply: entry.apply)) }
        }
        handlers = Dictionary(all) { _, _ in
            preconditionFailure("\(State.self) has two handlers for the same event type.")
        }
        few = handlers.count <= Self.fewest ? Array(handlers.values) : []
    }

    private static var fewest: Int { 8 }

    /// One handler, its event type forgotten by the compiler.
    public struct Entry: Sendable {
        let event: any Event.Type
        let apply: EventHandler.Apply
    }

    /// Collects handlers.
    @resultBuilder
    public enum Builder {
        /// Takes a handler.
        public static func buildExpression<E: Event>(_ on: On<State, E>) -> Entry {
            guard case .fold(let fold) = on.handler else { return Entry(event: E.self) { _, _, _ in } }
            return Entry(event: E.self) { state, event, schema in
                try fold(&state.assumingMemoryBound(to: State.self).pointee, schema.decode(E.self, named: event))
            }
        }

        /// Joins handlers.
        public static func buildBlock(_ entries: Entry...) -> [Entry] { entries }
    }

    /// The event types that have a handler, aliases included.
    public var types: Set<EventType> { Set(handlers.keys) }

    /// Applies a stored event, if there is a handler for it.
    ///
    /// - Throws: ``SchemaError`` when the event does not decode.
    public func apply(_ event: RecordedEvent, to state: inout State, schema: SchemaRegistry) throws {
        try withUnsafeMutablePointer(to: &state) { state in
            try withUnsafePointer(to: event) { try apply($0, at: UnsafeMutableRawPointer(state), schema) }
        }
    }

    /// Applies stored events in order.
    ///
    /// - Parameter version: Set to the version of the last event that was applied or passed over.
    /// - Throws: ``SchemaError`` when an event does not decode.
    func apply(
        _ events: [RecordedEvent],
        to state: inout State,
        version: inout Int,
        schema: SchemaRegistry
    ) throws {
        try withUnsafeMutablePointer(to: &state) { state in
            try events.withUnsafeBufferPointer { events in
                guard var event = events.baseAddress else { return }
                for _ in events.indices {
                    try apply(event, at: UnsafeMutableRawPointer(state), schema)
                    version = event.pointee.version
                    event += 1
                }
            }
        }
    }

    private func apply(
        _ event: UnsafePointer<RecordedEvent>,
        at state: UnsafeMutableRawPointer,
        _ schema: SchemaRegistry
    ) throws {
        if few.isEmpty { try handlers[event.pointee.type]?.apply(state, event, schema) }
        for index in few.indices where few[index].type == event.pointee.type {
            return try few[index].apply(state, event, schema)
        }
    }
}

/// A handler for events of one name that has forgotten what it changes: of a type that depends on the state the runtime
/// would be asked anew with every event.
struct EventHandler: Sendable {
    /// Changes the state at an address, which is of the kind that the handler was made for.
    ///
    /// The event comes by its address too: to copy it counts eight references.
    typealias Apply = @Sendable (UnsafeMutableRawPointer, UnsafePointer<RecordedEvent>, SchemaRegistry) throws -> Void

    let type: EventType
    let apply: Apply
}
