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
            entry.event.wireNames.map { ($0, EventHandler(type: $0, apply: entry.apply, run: entry.run)) }
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
        let run: @Sendable () -> any EventRun
    }

    /// Collects handlers.
    @resultBuilder
    public enum Builder {
        /// Takes a handler.
        public static func buildExpression<E: Event>(_ on: On<State, E>) -> Entry {
            guard case .fold(let fold) = on.handler else {
                preconditionFailure("A projection's handler folds nothing.")
            }
            return Entry(event: E.self) { state, event, schema in
                try fold(&state.assumingMemoryBound(to: State.self).pointee, schema.decode(E.self, event))
            } run: {
                EventRunOf<State, E>(fold)
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
        do {
            try withUnsafeMutablePointer(to: &state) { state in
                try event.shown { try handler.apply(UnsafeMutableRawPointer(state), $0, schema) }
            }
        } catch let error as SchemaError {
            throw error.placed(in: event.stream)
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
        for event in events {
            try apply(event, to: &state, schema: schema)
            version = event.version
        }
    }

    /// Applies the events of a stream after a version, at most `limit` of them, where they are.
    ///
    /// - Parameter version: After which; set to the version of the last event that was applied or passed over.
    /// - Returns: How many they were.
    /// - Throws: ``SchemaError`` when an event does not decode, ``StoreError``.
    func apply(
        in stream: StreamID,
        to state: inout State,
        after version: inout Int,
        limit: Int,
        from transaction: any ReadTransaction,
        schema: SchemaRegistry
    ) throws -> Int {
        let first = version
        var count = 0
        var type: EventType?
        var apply = EventHandler.pass
        do {
            try withUnsafeMutablePointer(to: &state) { state in
                try transaction.show(in: stream, after: first, limit: limit) { event in
                    if event.type != type {
                        type = event.type
                        apply = handler(for: event.type)?.apply ?? EventHandler.pass
                    }
                    try apply(UnsafeMutableRawPointer(state), event, schema)
                    version = event.version
                    count += 1
                }
            }
        } catch let error as SchemaError {
            throw error.placed(in: stream)
        }
        return count
    }

    /// Decodes the events that match a query between two positions, at most `limit` of them, to be applied elsewhere.
    ///
    /// - Parameter upTo: No further than this; `nil` means the head.
    /// - Throws: ``SchemaError`` when an event does not decode, ``StoreError``.
    func decoded(
        matching query: EventQuery,
        after: Position,
        upTo: Position?,
        limit: Int,
        from transaction: any ReadTransaction,
        schema: SchemaRegistry
    ) throws -> DecodedPage {
        let head = try transaction.head()
        let end = upTo.map { min($0, head) } ?? head
        var runs: [any EventRun] = []
        var type: EventType?
        var isHandled = false
        var (count, last) = (0, after)
        do {
            try transaction.show(matching: query, after: after, upTo: end < head ? end : nil, limit: limit) { event in
                if event.type != type {
                    type = event.type
                    let handler = handler(for: event.type)
                    isHandled = handler != nil
                    if let handler { runs.append(handler.run()) }
                }
                (count, last) = (count + 1, event.position)
                if isHandled { try runs[runs.count - 1].add(event, schema) }
            }
        } catch let error as SchemaError {
            let found = try transaction.events(
                matching: query,
                .forward,
                after: Position(last.value - 1),
                upTo: last,
                limit: 1
            )
            throw found.events.first.map { error.placed(in: $0.stream) } ?? error
        }
        guard count == 0 || last <= head else { throw StoreError.logIsBehind(head: head, last: last) }
        let isFull = count == limit
        return DecodedPage(runs: runs, count: count, head: isFull ? last : end, isFull: isFull)
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
    typealias Apply = @Sendable (UnsafeMutableRawPointer, StoredEvent, SchemaRegistry) throws -> Void

    /// What is done with an event that has no handler.
    static let pass: Apply = { _, _, _ in }

    let type: EventType
    let apply: Apply
    /// A run without events yet.
    let run: @Sendable () -> any EventRun
}
