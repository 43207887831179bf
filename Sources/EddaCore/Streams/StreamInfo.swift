/// A line in a list of streams.
public struct StreamInfo: Hashable, Sendable {
    /// The stream.
    public let id: StreamID
    /// Its version, or that it is archived.
    public let state: StreamState

    /// Describes a stream.
    public init(id: StreamID, state: StreamState) {
        self.id = id
        self.state = state
    }
}
