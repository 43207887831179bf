/// An aggregate as of a version of its stream.
public struct Loaded<State: Aggregate>: Sendable {
    /// The state.
    public var state: State
    /// The version of the last event that it contains; 0 when there is none.
    public var version: Int

    /// The state before any event.
    public init() {
        state = State()
        version = 0
    }

    /// Folds further events in.
    ///
    /// - Throws: ``SchemaError`` when an event does not decode.
    public mutating func apply(_ events: some Sequence<RecordedEvent>, schema: SchemaRegistry) throws {
        for event in events {
            try State.handlers.apply(event, to: &state, schema: schema)
            version = event.version
        }
    }
}
