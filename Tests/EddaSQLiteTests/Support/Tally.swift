import EddaCore

/// Something was added to a ``Tally``.
struct Added: Event {
    static let eventType: EventType = "tally.added"
    var amount: Int
}

/// What was added, in order.
struct Tally: Aggregate {
    static let category: StreamCategory = "tally"
    static var snapshots: SnapshotPolicy<Tally> { .never }
    static let handlers = EventHandlers<Tally> {
        On(Added.self) { tally, event in tally.amounts.append(event.amount) }
    }
    var amounts: [Int] = []
}
