/// An aggregate as of a version of its stream.
public struct Loaded<State: Aggregate>: Sendable {
    /// The state.
    public var state: State
    /// The version of the stream that it is of: what an append that rests on it expects; 0 before any event.
    public var version: Int

    /// The state before any event.
    public init() {
        state = State()
        version = 0
    }

    init(state: State, version: Int) {
        self.state = state
        self.version = version
    }

    /// Folds further events in.
    ///
    /// - Throws: ``SchemaError`` when an event does not decode.
    public mutating func apply(_ events: some Sequence<RecordedEvent>, schema: SchemaRegistry) throws {
        try apply(Array(events), schema: schema)
    }

    /// The same for what the store returns: an array, whatever the aggregate, is walked without asking what it is.
    mutating func apply(_ events: [RecordedEvent], schema: SchemaRegistry) throws {
        try State.handlers.apply(events, to: &state, version: &version, schema: schema)
    }
}
