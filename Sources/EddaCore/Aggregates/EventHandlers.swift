/// How events change the state of an aggregate or of another decision model.
///
/// Events of other types are passed over.
public struct EventHandlers<State: DecisionModel>: Sendable {
    package typealias Apply = @Sendable (inout State, RecordedEvent, SchemaRegistry) throws -> Void

    private let handlers: [EventType: Apply]
    /// The kinds of events that have a handler.
    package let events: [any Event.Type]

    /// Handlers, one for each kind of event.
    ///
    /// A handler also gets the events that were stored under an alias of their kind. Two handlers for the same event
    /// type are a programming error and trap.
    public init(@Builder _ build: () -> [Entry]) {
        let entries = build()
        events = entries.map(\.event)
        handlers = Dictionary(entries.flatMap { entry in entry.event.wireNames.map { ($0, entry.apply) } }) { _, _ in
            preconditionFailure("\(State.self) has two handlers for the same event type.")
        }
    }

    /// One handler, its event type forgotten by the compiler.
    public struct Entry: Sendable {
        let event: any Event.Type
        let apply: Apply
    }

    /// Collects handlers.
    @resultBuilder
    public enum Builder {
        /// Takes a handler.
        public static func buildExpression<E: Event>(_ on: On<State, E>) -> Entry {
            Entry(event: E.self) { state, event, schema in
                guard case .fold(let fold) = on.handler else { return }
                try fold(&state, schema.decode(E.self, from: event))
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
        try handlers[event.type]?(&state, event, schema)
    }
}
