/// How events change the state of an aggregate or of another decision model.
///
/// Events of other types are passed over.
public struct EventHandlers<State: DecisionModel>: Sendable {
    /// Behind one reference, since threads that load at the same time all count the same references.
    private final class Content: Sendable {
        let handlers: [EventType: EventHandler]
        /// The same if they are few: to compare some names costs less than to hash one.
        let few: [EventHandler]
        let events: [any Event.Type]

        init(_ handlers: [EventType: EventHandler], for events: [any Event.Type]) {
            self.handlers = handlers
            self.events = events
            few = handlers.count <= 8 ? Array(handlers.values) : []
        }
    }

    private let content: Content

    /// The kinds of events that have a handler.
    package var events: [any Event.Type] { content.events }

    /// Handlers, one for each kind of event.
    ///
    /// A handler also gets the events that were stored under an alias of their kind. Two handlers for the same event
    /// type are a programming error and trap.
    public init(@Builder _ build: () -> [Entry]) {
        let entries = build()
        let all = entries.flatMap { entry in
            entry.event.wireNames.map { ($0, EventHandler(type: $0, apply: entry.apply)) }
        }
        let handlers = Dictionary(all) { _, _ in
            preconditionFailure("\(State.self) has two handlers for the same event type.")
        }
        content = Content(handlers, for: entries.map(\.event))
    }

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
    public var types: Set<EventType> { Set(content.handlers.keys) }

    /// Applies a stored event, if there is a handler for it.
    ///
    /// - Throws: ``SchemaError`` when the event does not decode.
    public func apply(_ event: RecordedEvent, to state: inout State, schema: SchemaRegistry) throws {
        guard let handler = handler(for: event.type) else { return }
        try withUnsafeMutablePointer(to: &state) { state in
            try withUnsafePointer(to: event) { try handler.apply(UnsafeMutableRawPointer(state), $0, schema) }
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
                let end = event + events.count
                while event < end {
                    // One search, and one reference counted, for all that follow under the same name.
                    let type = event.pointee.type
                    let apply = handler(for: type)?.apply ?? EventHandler.pass
                    repeat {
                        try apply(UnsafeMutableRawPointer(state), event, schema)
                        version = event.pointee.version
                        event += 1
                    } while event < end && event.pointee.type == type
                }
            }
        }
    }

    private func handler(for type: EventType) -> EventHandler? {
        let few = content.few
        if few.isEmpty { return content.handlers[type] }
        return few.first { $0.type == type }
    }
}

/// A handler for events of one name that has forgotten what it changes: of a type that depends on the state the runtime
/// would be asked anew with every event.
struct EventHandler: Sendable {
    /// Changes the state at an address, which is of the kind that the handler was made for.
    ///
    /// The event comes by its address too: to copy it counts eight references.
    typealias Apply = @Sendable (UnsafeMutableRawPointer, UnsafePointer<RecordedEvent>, SchemaRegistry) throws -> Void

    /// What is done with an event that has no handler.
    static let pass: Apply = { _, _, _ in }

    let type: EventType
    let apply: Apply
}
