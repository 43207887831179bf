#if CLI
internal import Edda

/// Events of the whole store within bounds of position and time.
struct EventSearch: Sendable {
    var query: EventQuery
    var correlation: String?
    var after: Position
    var upTo: Position?
    var since: Timestamp?
    var until: Timestamp?
    var direction: ReadDirection

    private static let pageSize = 1_000

    /// The first events that match, in the direction of the search.
    func events(limit: Int, in transaction: any ReadTransaction) throws -> [RecordedEvent] {
        let head = try transaction.head()
        var after = after
        var end = min(upTo ?? head, head)
        if let since { after = try max(after, Self.last(before: since, upTo: head, in: transaction)) }
        if let until { end = try min(end, Self.last(before: until, upTo: head, in: transaction)) }
        guard after < end else { return [] }
        guard let correlation else {
            return try transaction.events(matching: query, direction, after: after, upTo: end, limit: limit).events
        }
        return try conversation(correlation, after: after, upTo: end, limit: limit, in: transaction)
    }

    /// The events of a conversation, which the index returns in one direction only; there are few.
    private func conversation(
        _ correlation: String,
        after: Position,
        upTo end: Position,
        limit: Int,
        in transaction: any ReadTransaction
    ) throws -> [RecordedEvent] {
        var found: [RecordedEvent] = []
        var position = after
        while direction == .backward || found.count < limit {
            let page = try transaction.events(correlatedWith: correlation, after: position, limit: Self.pageSize)
            found += page.filter { $0.position <= end && query.matches($0) }
            guard let last = page.last, last.position < end, page.count == Self.pageSize else { break }
            position = last.position
        }
        return Array((direction == .forward ? found : found.reversed()).prefix(limit))
    }

    /// The last position before the first event that was recorded at `time` or later.
    ///
    /// Times never fall from one position to the next, so it is found by bisection.
    private static func last(
        before time: Timestamp,
        upTo head: Position,
        in transaction: any ReadTransaction
    ) throws -> Position {
        var (low, high) = (Int64(0), head.value)
        // Everything up to `low` is earlier; the first event after `high`, if any, is not.
        while low < high {
            let middle = low + (high - low) / 2
            let next = try transaction.events(
                matching: .all,
                .forward,
                after: Position(middle),
                upTo: nil,
                limit: 1
            )
            if let event = next.events.first, event.recordedAt < time {
                low = event.position.value
            } else {
                high = middle
            }
        }
        return Position(low)
    }
}
#endif
