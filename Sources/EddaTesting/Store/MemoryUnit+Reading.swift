internal import EddaCore

extension MemoryUnit {
    func head() throws -> Position { Position(Int64(state.events.count)) }

    func state(of stream: StreamID) throws -> StreamState { state.streams[stream]?.state ?? .missing }

    /// Nothing is ever deleted here.
    func mayHaveHoles() throws -> Bool { false }

    func position(asOf time: Timestamp) throws -> Position {
        let events = state.events
        return Position(bisect(upTo: Int64(events.count)) { ($0, events[Int($0) - 1].recordedAt <= time) })
    }

    func version(of stream: StreamID, asOf position: Position) throws -> Int {
        guard let indices = state.streams[stream]?.indices else { return 0 }
        // The event at position n has index n - 1.
        return Int(bisect(upTo: Int64(indices.count)) { ($0, indices[Int($0) - 1] < position.value) })
    }

    func events(
        in stream: StreamID,
        _ direction: ReadDirection,
        versions: ClosedRange<Int>,
        limit: Int
    ) throws -> [RecordedEvent] {
        try checkLimit(limit)
        guard let indices = state.streams[stream]?.indices else { return [] }
        let first = max(1, versions.lowerBound)
        let last = min(indices.count, versions.upperBound)
        guard first <= last else { return [] }
        let wanted = indices[(first - 1)..<last]
        return switch direction {
        case .forward: wanted.prefix(limit).map { state.events[$0] }
        case .backward: wanted.reversed().prefix(limit).map { state.events[$0] }
        }
    }

    func events(
        matching query: EventQuery,
        _ direction: ReadDirection,
        after: Position,
        upTo: Position?,
        limit: Int
    ) throws -> EventPage {
        try checkLimit(limit)
        try query.validate()
        let bound = min(try head(), upTo ?? Position(.max))
        if limit == 0 { return EventPage(events: [], head: direction == .forward ? after : bound) }
        let range = indices(after: after, upTo: bound)
        switch direction {
        case .forward:
            let events = Array(state.events[range].lazy.filter(query.matches).prefix(limit))
            let last = events.count == limit ? events.last?.position : nil
            return EventPage(events: events, head: last ?? bound)
        case .backward:
            let events = Array(state.events[range].reversed().lazy.filter(query.matches).prefix(limit))
            return EventPage(events: events, head: bound)
        }
    }

    func events(correlatedWith correlation: String, after: Position, limit: Int) throws -> [RecordedEvent] {
        try checkLimit(limit)
        let correlation = ExactText(correlation)
        return Array(
            state.events[indices(after: after, upTo: try head())].lazy
                .filter { $0.metadata.correlationID.map(ExactText.init) == correlation }
                .prefix(limit)
        )
    }

    func result(of key: IdempotencyKey) throws -> AppendResult? {
        state.results[key]
            .map {
                AppendResult(positions: $0.positions, versions: $0.versions, wasRepeated: true)
            }
    }

    func count(matching query: EventQuery, after: Position) throws -> Int {
        state.events[indices(after: after, upTo: try head())].count(where: query.matches)
    }

    /// What lives in memory is not restored.
    func restorations() throws -> [Restoration] { [] }

    func usage(after: Position, upTo: Position) throws -> [EventUsage] {
        struct Version: Hashable {
            let type: EventType
            let number: Int
            let isReserved: Bool
        }
        var usage: [Version: EventUsage] = [:]
        for event in state.events[indices(after: after, upTo: min(upTo, try head()))] {
            let isReserved = event.stream.category.isReserved
            let one = EventUsage(
                type: event.type,
                schemaVersion: event.schemaVersion,
                isReserved: isReserved,
                count: 1,
                first: event.position,
                last: event.position
            )
            let version = Version(type: event.type, number: event.schemaVersion, isReserved: isReserved)
            if usage[version]?.add(one) == nil { usage[version] = one }
        }
        return usage.values.sorted {
            ($0.type, $0.schemaVersion, $0.isReserved ? 1 : 0) < ($1.type, $1.schemaVersion, $1.isReserved ? 1 : 0)
        }
    }

    func typeVersions() throws -> [TypeVersion] { state.typeVersions.sorted() }

    func streams(in category: StreamCategory?, after: StreamID?, limit: Int) throws -> [StreamInfo] {
        try checkLimit(limit)
        return state.streams
            .filter { id, _ in
                if let after, id <= after { return false }
                return category.map { $0 == id.category } ?? !id.category.isReserved
            }
            .sorted { $0.key < $1.key }
            .prefix(limit)
            .map { StreamInfo(id: $0.key, state: $0.value.state) }
    }

    /// The indices of the events after one position up to another.
    func indices(after: Position, upTo: Position) -> Range<Int> {
        let end = min(state.events.count, Int(clamping: upTo.value))
        return min(Int(clamping: after.value), end)..<end
    }
}
