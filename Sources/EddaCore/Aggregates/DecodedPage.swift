/// Events that one thread has decoded for another one to apply.
struct DecodedPage: Sendable {
    /// The events that have a handler, in order.
    let runs: [any EventRun]
    /// How many events there were, with those that have none.
    let count: Int
    /// Everything that matches up to here is on the page.
    let head: Position
    /// Whether there may be more before the position up to which was read.
    let isFull: Bool

    /// Applies the events to a state of the kind that they were decoded for.
    func apply<State>(to state: inout State) throws {
        try withUnsafeMutablePointer(to: &state) { state in
            for run in runs { try run.apply(to: UnsafeMutableRawPointer(state)) }
        }
    }
}

/// Decoded events of one type that stand together.
protocol EventRun: Sendable {
    /// Decodes an event and adds it.
    ///
    /// - Throws: ``SchemaError`` when it does not decode.
    mutating func add(_ event: StoredEvent, _ schema: SchemaRegistry) throws

    /// Applies the events to the state at an address, which is of the kind that the handler was made for.
    func apply(to state: UnsafeMutableRawPointer) throws
}

/// The events of one Swift type.
struct EventRunOf<State, E: Event>: EventRun {
    private let fold: @Sendable (inout State, E) throws -> Void
    private var events: [E] = []

    init(_ fold: @escaping @Sendable (inout State, E) throws -> Void) { self.fold = fold }

    mutating func add(_ event: StoredEvent, _ schema: SchemaRegistry) throws {
        events.append(try schema.decode(E.self, event))
    }

    func apply(to state: UnsafeMutableRawPointer) throws {
        let state = state.assumingMemoryBound(to: State.self)
        // By their addresses, which copies none of them.
        try events.withUnsafeBufferPointer { events in
            for index in events.indices { try fold(&state.pointee, events[index]) }
        }
    }
}
