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
        if let since { after = try max(after, transaction.position(asOf: since.previous)) }
        if let until { end = try min(end, transaction.position(asOf: until.previous)) }
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
}

extension Timestamp {
    /// The last time before this one.
    fileprivate var previous: Timestamp { Timestamp(microseconds: microseconds - 1) }
}
#endif
