/// What an event carries besides its data: where it came from, and what travels with it.
public struct EventMetadata: Hashable, Sendable {
    /// The id of the conversation that the event is part of: the same for everything that one request set off.
    public var correlationID: String?
    /// The id of the message or event that directly caused this one.
    public var causationID: String?
    /// Further entries; a trace context travels here as `traceparent` and `tracestate`.
    public var headers: [String: String]

    /// Metadata; empty by default.
    public init(correlationID: String? = nil, causationID: String? = nil, headers: [String: String] = [:]) {
        self.correlationID = correlationID
        self.causationID = causationID
        self.headers = headers
    }
}
