/// Some events of the store, and how far the read has looked.
public struct EventPage: Hashable, Sendable {
    /// The events, in the order asked for.
    public let events: [RecordedEvent]
    /// Up to where everything that matches has been returned: the position of the last event when the limit was
    /// reached, else the head of the store.
    ///
    /// A consumer keeps it as its checkpoint, so that a query which matches nothing still gets ahead.
    public let head: Position

    /// A page.
    public init(events: [RecordedEvent], head: Position) {
        self.events = events
        self.head = head
    }
}
