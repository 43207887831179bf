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
        let run: @Sendable () -> EventRun
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
        try withUnsafeMutablePointer(to: &state) { state in
            try withUnsafePointer(to: event) {
                try Self.call(handler.apply, with: $0, on: UnsafeMutableRawPointer(state), schema)
            }
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
        // One search, and one reference counted, for all that follow under the same name.
        var type: EventType?
        var apply = EventHandler.pass
        try withUnsafeMutablePointer(to: &state) { state in
            try events.withUnsafeBufferPointer { events in
                guard var event = events.baseAddress else { return }
                let end = event + events.count
                while event < end {
                    if event.pointee.type != type {
                        type = event.pointee.type
                        apply = handler(for: event.pointee.type)?.apply ?? EventHandler.pass
                    }
                    try Self.call(apply, with: event, on: UnsafeMutableRawPointer(state), schema)
                    version = event.pointee.version
                    event += 1
                }
            }
        }
    }

    /// Has a stored event applied, which comes by its address: to copy it counts eight references.
    @inline(__always)
    private static func call(
        _ apply: EventHandler.Apply,
        with event: UnsafePointer<RecordedEvent>,
        on state: UnsafeMutableRawPointer,
        _ schema: SchemaRegistry
    ) throws {
        do {
            try event.pointee.data.withUnsafeBufferPointer { data in
                try apply(state, StoredEvent(event.pointee, data), schema)
            }
        } catch let error as SchemaError {
            throw error.placed(in: event.pointee.stream)
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
    /// - Parameter head: The head of the store, as the transaction sees it; `upTo` is not above it.
    /// - Throws: ``SchemaError`` when an event does not decode, ``StoreError``.
    func decoded(
        matching query: EventQuery,
        after: Position,
        upTo: Position,
        head: Position,
        limit: Int,
        from transaction: any ReadTransaction,
        schema: SchemaRegistry
    ) throws -> DecodedPage {
        var runs: [EventRun] = []
        var type: EventType?
        var run: EventRun?
        var (count, last) = (0, after)
        do {
            try transaction.show(matching: query, after: after, upTo: upTo < head ? upTo : nil, limit: limit) { event in
                if event.type != type {
                    type = event.type
                    run = handler(for: event.type)?.run()
                    if let run { runs.append(run) }
                }
                (count, last) = (count + 1, event.position)
                try run?.add(event, schema)
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
        return DecodedPage(runs: runs, count: count, head: isFull ? last : upTo, isFull: isFull)
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
    let run: @Sendable () -> EventRun
}
